"""A document registry and its repository on one real socket: ITI-67 with paging, ITI-68 with the bytes.

What an attachment of the world holds as `data` is kept in the repository: the registry lists its address,
size and hash instead.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from broker.domain.json_bytes import lossless_tree
from connectors.fhir_r4.simulator import Results, Server
from connectors.fhir_r4.world import Held
from connectors.simulation import Manners, World, application, outcome

_KEPT = frozenset({"Patient", "DocumentReference"})
_REQUIRED = frozenset({"patient.identifier", "status"})


class _Registry(Server):
    """A FHIR server that finds people and their documents, and nothing else, as ITI-67 asks for them."""

    async def search(self, request: web.Request) -> web.Response:
        """As any server's; a search for documents without person and status is refused."""
        asked = {**request.query, **(await request.post() if request.method == "POST" else {})}
        wants_documents = request.match_info["type"] == "DocumentReference" and "-pageContext" not in asked
        if wants_documents and not asked.keys() >= _REQUIRED:
            return outcome(400, "error", "required")
        return await super().search(request)

    def _of_type(self, name: str, asked: Mapping[str, str]) -> Results:
        statuses = frozenset(asked["status"].split(","))
        people = self._people.by_identifier(asked["patient.identifier"])
        for person in people:
            self._stay_up_for(person)
        key = (name, statuses, tuple(person.number for person in people))
        if key not in self._found:
            listed = (one for person in people for one in person.of_type(name))
            self._found[key] = self._results(name, tuple(one for one in listed if _status(one) in statuses))
        return self._found[key]


def _status(held: Held) -> str:
    return str(lossless_tree(held.raw).get("status", ""))


class _Repository:
    """What is kept: each document by its own address."""

    def __init__(self) -> None:
        self.documents: dict[str, tuple[str, bytes]] = {}

    def keep(self, resource: Any, base_path: str) -> Any:
        """The resource as the registry lists it."""
        tree = lossless_tree(resource) if isinstance(resource, bytes) else resource
        if tree.get("resourceType") != "DocumentReference" or not _has_data(tree):
            return resource
        content = [
            {**one, "attachment": self._kept(one["attachment"], f"{tree['id']}-{place}", base_path)}
            for place, one in enumerate(tree["content"])
        ]
        return {**tree, "content": content}

    def _kept(self, attachment: Mapping[str, Any], name: str, base_path: str) -> dict[str, Any]:
        listed = dict(attachment)
        if "data" not in listed:
            return listed
        document = base64.b64decode(listed.pop("data"))
        self.documents[name] = (str(listed.get("contentType", "application/octet-stream")), document)
        digest = base64.b64encode(hashlib.sha1(document, usedforsecurity=False).digest()).decode()
        return {**listed, "url": f"{base_path}/documents/{name}", "size": len(document), "hash": digest}

    async def retrieve(self, request: web.Request) -> web.Response:
        """ITI-68: the bytes; 404 for what was never here, 406 for another type than the one that is."""
        found = self.documents.get(request.match_info["name"])
        if found is None:
            return web.Response(status=404)
        media_type, document = found
        accepted = request.headers.get("Accept", "*/*").split(",")
        if not {one.partition(";")[0].strip() for one in accepted} & {media_type, "*/*"}:
            return web.Response(status=406)
        return web.Response(body=document, content_type=media_type)


def _has_data(tree: Mapping[str, Any]) -> bool:
    return any("data" in one.get("attachment", {}) for one in tree.get("content", ()))


def _only_documents(people: World, repository: _Repository, base_path: str) -> World:
    def kept(resources: Sequence[Any]) -> tuple[Any, ...]:
        trees = [lossless_tree(one) if isinstance(one, bytes) else one for one in resources]
        return tuple(
            repository.keep(resource, base_path)
            for resource, tree in zip(resources, trees, strict=True)
            if tree["resourceType"] in _KEPT
        )

    return {number: kept(resources) for number, resources in people.items()}


def simulator(people: World, manners: Manners) -> web.Application:
    """The registry and its repository. This folder's README lists the manners."""
    base = str(manners.get("base_path", "")).rstrip("/")
    repository = _Repository()
    registry = _Registry(_only_documents(people, repository, base), manners)
    app = application(manners)
    kinds = "{type:Patient|DocumentReference}"
    app.router.add_post(f"{base}/{kinds}/_search", registry.search)
    app.router.add_get(f"{base}/{kinds}", registry.search)
    app.router.add_get(f"{base}/documents/{{name}}", repository.retrieve)
    return app
