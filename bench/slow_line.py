"""A line on which everything takes a while: `python -m bench.slow_line PORT TARGET_PORT SECONDS_ONE_WAY`.

A loopback proxy that hands every piece on after the same delay in either direction; opening a connection costs a round
trip, as it does on a real line. It changes nothing of what passes.
"""

import asyncio
import sys

PIECE = 256 * 1024


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, ready: float) -> None:
    """Hand on what comes, each piece `delay` after it came and nothing before the moment `ready`."""
    loop, pieces = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

    async def deliver() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    delivery = asyncio.create_task(deliver())
    try:
        while piece := await reader.read(PIECE):
            pieces.put_nowait((max(loop.time(), ready) + delay, piece))
    except ConnectionError:
        pass  # whoever went away gets nothing more
    pieces.put_nowait((loop.time() + delay, b""))
    try:
        await delivery
    except (ConnectionError, OSError):
        writer.close()


async def _line(port: int, target: int, delay: float) -> None:
    async def opened(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = asyncio.get_running_loop().time() + 2 * delay
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_carry(reader, there_writer, delay, ready), _carry(there_reader, writer, delay, ready))
        for end in (writer, there_writer):
            end.close()

    server = await asyncio.start_server(opened, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_line(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
