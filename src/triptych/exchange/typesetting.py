"""Typst sources set as tagged PDF files (PDF/UA-1). The same source and data give the same bytes."""

import typst

EPOCH = 0
"""The time that the file says it was made: it must not differ from one making to the next."""


def set_pdf(source: str, data: bytes) -> bytes:
    """The file's bytes. The source reads `data`, which is JSON, so nothing in it can be taken for a command."""
    told = {"data": data.decode()}
    made = typst.compile(source.encode(), format="pdf", sys_inputs=told, pdf_standards=["ua-1"], timestamp=EPOCH)
    assert isinstance(made, bytes)
    return made
