"""People's segments into a hospital that answers QBP^Q11 over MLLP: framing, reading and writing are hl7's.

`hl7_hospital.py PORT PEOPLE CHARACTERS [CERTIFICATE]`. PEOPLE is a file of JSON that maps an NHS number to
{person, records}: the PID, and each record's segments. CHARACTERS is the character set of MSH-18.
CERTIFICATE is a file of PEM with its key, for TLS.
"""

import asyncio
import itertools
import json
import ssl
import sys
from pathlib import Path
from typing import Any

import hl7  # type: ignore[import-not-found] # in the server's environment
from hl7.mllp import start_hl7_server  # type: ignore[import-not-found] # as above

# HL7 table 0211, and what Python calls each.
ENCODINGS = {"UNICODE UTF-8": "utf-8", "8859/2": "iso8859-2"}
HEADER = "MSH|^~\\&|\r"


class Hospital:
    """Who is there, and the pages that were promised: each pointer's person and place."""

    def __init__(self, people: dict[str, Any]) -> None:
        """Nothing is promised yet."""
        self.people, self.promised = people, {}
        self.names = map("page {}".format, itertools.count(1))

    def answer(self, asked: Any) -> Any:
        """A whole RSP^K11 for a query, or AE for a pointer that was never given."""
        number, offset = str(asked["QPD"][0][3][0][0]), 0
        if "DSC" in {str(segment[0]) for segment in asked}:
            number, offset = self.promised.pop(str(asked["DSC"][0][1]), ("", -1))
        if offset < 0:
            return response(asked, "AE", ["ERR||DSC^1^1|204|E"])
        held = self.people.get(number)
        if held is None:
            return response(asked, "AA", [about(asked, "NF", 0, 0, 0)])
        return self.page(asked, number, held, offset)

    def page(self, asked: Any, number: str, held: dict[str, Any], offset: int) -> Any:
        """As many records as RCP-2 allows, and a pointer where there are more."""
        size = int(str(asked["RCP"][0][2][0][0]))
        records = held["records"][offset : offset + size]
        left = len(held["records"]) - offset - len(records)
        segments = [about(asked, "OK", len(held["records"]), len(records), left), held["person"]]
        segments += [segment for record in records for segment in record]
        if left:
            pointer = next(self.names)
            self.promised[pointer] = (number, offset + size)
            segments.append(f"DSC|{pointer}|I")
        return response(asked, "AA", segments)

    async def serve(self, reader: Any, writer: Any) -> None:
        """Every query of one connection, until the caller goes."""
        try:
            while True:
                writer.writemessage(self.answer(await reader.readmessage()))
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()


def about(asked: Any, state: str, *counts: int) -> str:
    """QAK: which question this answers, and how much of it there is."""
    query = asked["QPD"][0]
    return "|".join(["QAK", str(query[2]), state, str(query[1]), *map(str, counts)])


def response(asked: Any, state: str, segments: list[str]) -> Any:
    """The library's own acknowledgement, made a response, with the query given back as it was read."""
    made = asked.create_ack(state)
    for place, name in enumerate(("RSP", "K11", "RSP_K11"), start=1):
        made["MSH"][0].assign_field(name, 9, 1, place)
    made["MSH"][0].assign_field(given["characters"], 18)
    read = list(hl7.parse(HEADER + "\r".join(segments)))[1:]
    place = 1 if str(read[0][0]) == "QAK" else 0
    made.extend([*read[:place], asked["QPD"][0], *read[place:]])
    return made


async def main(hospital: Hospital, port: int, tls: ssl.SSLContext | None) -> None:
    """Listen until the program is ended."""
    encoding = ENCODINGS[given["characters"]]
    server = await start_hl7_server(hospital.serve, "127.0.0.1", port, ssl=tls, encoding=encoding)
    sys.stdout.write(f"Listening on {port}\n")
    await server.serve_forever()


def secured(certificate: str) -> ssl.SSLContext:
    """TLS under the certificate of a file."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    return tls


given = dict(zip(("port", "people", "characters", "certificate"), sys.argv[1:], strict=False))
everybody = Hospital(json.loads(Path(given["people"]).read_text(encoding="utf-8")))
context = secured(given["certificate"]) if "certificate" in given else None
asyncio.run(main(everybody, int(given["port"]), context))
