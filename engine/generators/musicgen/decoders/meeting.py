"""How the threads of a step wait for each other, without Python and its lock."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["meet"]

SPINS = 2000
"""Looks at a barrier before other programs get their turn: a few microseconds."""
YIELD = "dgx_music_yield"
if sys.platform == "win32":
    _give_way = ctypes.windll.kernel32.SwitchToThread
else:
    _give_way = ctypes.CDLL(None).sched_yield
llvm.add_symbol(YIELD, ctypes.cast(_give_way, ctypes.c_void_p).value)


@intrinsic
def meet(typing: Any, barrier: Any, threads: Any) -> Any:
    """Wait until all threads have come here as often as this one.

    ``barrier`` is the address of two 64-bit zeros: how many have come, and how often all have.
    A step has 150 such places in 20 ms, so they spin a little, and then let others run.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, threads = arguments
        size = address.type
        come = builder.inttoptr(address, size.as_pointer())
        rounds = builder.gep(come, [size(1)])
        before = builder.load_atomic(rounds, "seq_cst", 8)
        others = builder.atomic_rmw("add", come, size(1), "seq_cst")
        is_last = builder.icmp_signed("==", builder.add(others, size(1)), threads)
        with builder.if_else(is_last) as (last, early):
            with last:
                builder.store_atomic(size(0), come, "seq_cst", 8)
                builder.atomic_rmw("add", rounds, size(1), "seq_cst")
            with early:
                wait, rest, on = (builder.append_basic_block(n) for n in ("wait", "rest", "on"))
                turns = cgutils.alloca_once_value(builder, size(0))
                builder.branch(wait)
                builder.position_at_end(wait)
                turn = builder.add(builder.load(turns), size(1))
                builder.store(turn, turns)
                now = builder.load_atomic(rounds, "seq_cst", 8)
                builder.cbranch(builder.icmp_signed("==", now, before), rest, on)
                builder.position_at_end(rest)
                with builder.if_then(builder.icmp_signed(">", turn, size(SPINS))):
                    kind = ir.FunctionType(ir.IntType(32), [])
                    builder.call(cgutils.get_or_insert_function(builder.module, kind, YIELD), [])
                builder.branch(wait)
                builder.position_at_end(on)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp), build
