"""The pages of intake, one module per thing on the screen."""
