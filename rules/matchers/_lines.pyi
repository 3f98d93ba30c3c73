from collections.abc import Iterator

SOURCES: str

def open_stream(
    nodes: tuple[tuple[str, int, int, bool, int, int], ...], columns: int, chunks: Iterator[bytes], left: list[bytes], /
) -> object: ...
