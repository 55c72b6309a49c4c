"""Ceph's RADOS gateway: an S3 server that checks signatures, digests and clocks as Amazon's does.

One monitor, one disk in memory and the gateway, from Debian's packages, on loopback.
"""

from __future__ import annotations

import shutil
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import servers
from tests.buckets import S3Server
from tests.e2e.processes import wait_until

__all__ = ["installed", "rgw_running"]

KEY, SECRET = "TESTERTESTERTESTER00", "a-secret-of-the-tests-0123456789abcdefgh"
CONF = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon}]
public addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = {folder}/keyring
run dir = {folder}
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
log file = {folder}/$name.log
crash dir = {folder}
setuser match path =
mon data = {folder}/mon
mon allow pool size one = true
mon max pg per osd = 1000
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
ms bind msgr1 = false
rgw frontends = beast endpoint=127.0.0.1:{gate}
rgw data = {folder}
rgw enable usage log = false
rgw gc max objs = 8
rgw lc max objs = 8
rgw enable quota threads = false
rgw run sync thread = false
"""


def installed() -> bool:
    return all(map(shutil.which, ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin")))


@contextmanager
def rgw_running(folder: Path) -> Iterator[S3Server]:
    """Until its end; ``folder`` is new, and its path is short."""
    conf = folder / "ceph.conf"
    fsid, mon, gate = uuid.uuid4(), servers.free_port(), servers.free_port()
    conf.write_text(CONF.format(fsid=fsid, mon=mon, gate=gate, folder=folder))

    def call(*command: object) -> None:
        line = [str(part) for part in command]
        done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"

    keyring = folder / "keyring"
    keyring.touch()
    for name, caps in (
        ("mon.", ["mon", "allow *"]),
        ("client.admin", ["mon", "allow *", "osd", "allow *"]),
        ("osd.0", ["mon", "allow profile osd", "osd", "allow *"]),
        ("client.gate", ["mon", "allow rw", "osd", "allow rwx"]),
    ):
        pairs = zip(caps[::2], caps[1::2], strict=True)
        given = [word for who, what in pairs for word in ("--cap", who, what)]
        call("ceph-authtool", keyring, "--gen-key", "-n", name, *given)
    monmap = folder / "monmap"
    at = f"[v2:127.0.0.1:{mon}]"
    call("monmaptool", "--create", "--fsid", fsid, "--addv", "a", at, monmap)
    call("ceph-mon", "--mkfs", "-i", "a", "-c", conf, "--monmap", monmap, "--keyring", keyring)
    with ExitStack() as running:

        def start(*command: object) -> None:
            log = running.enter_context((folder / f"{command[0]}.out").open("w"))
            line = [*(str(part) for part in command), "-f", "-c", str(conf)]
            process = servers.start(line, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
            running.callback(process.wait)
            running.callback(process.kill)  # it is all in memory

        start("ceph-mon", "-i", "a")
        disk = uuid.uuid4()
        (folder / "osd").mkdir()
        call("ceph", "-c", conf, "osd", "new", disk, 0)
        call("ceph-osd", "-i", 0, "--mkfs", "-c", conf, "--osd-uuid", disk)
        start("ceph-osd", "-i", 0)
        start("radosgw", "-n", "client.gate")
        url = f"http://127.0.0.1:{gate}"
        wait_until(lambda: _answers(url), "the gateway")
        call("radosgw-admin", "-c", conf, "user", "create", "--uid", "tester", "--display-name",
             "Tester", "--access-key", KEY, "--secret-key", SECRET)  # fmt: skip
        yield S3Server(url, KEY, SECRET)


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
