"""A mutated program into the process that has the right one loaded, under every name by which it is known."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any

from tests.prove.mutants.mutating import Mutant

_OURS = ("broker.", "tests.")
# What is kept elsewhere (policies that were read, requests in words) no mutant has to do with.
_KEEPS_JUDGEMENTS = ("broker.", "tests.prove.theorems.")


def swap(mutant: Mutant) -> None:
    """Functions keep who they are and get other code; values are put wherever the old ones are held."""
    module = sys.modules[mutant.place.module]
    made = _run(mutant.make(), module)
    for name, new in made.items():
        old = module.__dict__.get(name)
        if name.startswith("__") or old is None:
            continue
        if not _recoded(old, new, mutant.place.module) and _is_value(new) and _differs(old, new):
            _put_everywhere(old, new)
    _forget()


def _run(program: ast.Module, module: types.ModuleType) -> dict[str, Any]:
    twin = types.ModuleType(module.__name__)
    twin.__dict__.update(
        {name: module.__dict__.get(name) for name in ("__file__", "__package__", "__path__")}
    )
    exec(compile(program, module.__file__ or "", "exec"), twin.__dict__)  # noqa: S102 - our own code, with one fault
    return twin.__dict__


def _recoded(old: Any, new: Any, home: str) -> bool:
    """True when `old` was a function or class of that module, and now does as `new`."""
    if isinstance(old, type):
        if old.__module__ == home:
            for one, other in _members(old, new):
                _recoded(one, other, home)
        return True
    one, other = _function(old), _function(new)
    if one is None or other is None or one.__module__ != home:
        return False
    one.__code__, one.__defaults__ = other.__code__, other.__defaults__
    one.__kwdefaults__ = other.__kwdefaults__
    return True


def _members(old: type, new: type) -> Iterator[tuple[Any, Any]]:
    for name, member in vars(old).items():
        if name in vars(new):
            yield member, vars(new)[name]


def _function(held: Any) -> types.FunctionType | None:
    """The function behind a property, a class method or a cache."""
    if isinstance(held, property):
        held = held.fget
    if isinstance(held, classmethod | staticmethod | _lru_cache_wrapper):
        held = held.__wrapped__
    return held if isinstance(held, types.FunctionType) else None


def _is_value(held: Any) -> bool:
    return not isinstance(held, types.ModuleType | types.FunctionType | type)


def _differs(old: Any, new: Any) -> bool:
    return type(old) is type(new) and old != new


def _put_everywhere(old: Any, new: Any) -> None:
    for name, module in tuple(sys.modules.items()):
        if name.startswith(_OURS):
            for word, held in tuple(vars(module).items()):
                if held is old:
                    setattr(module, word, new)


def _forget() -> None:
    """What was worked out by the right program is not known any more."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith(_KEEPS_JUDGEMENTS):
            for held in tuple(vars(module).values()):
                if isinstance(held, _lru_cache_wrapper):
                    held.cache_clear()
