"""The main job without a browser: a client of the API and the pages, which imports nothing of the program."""
