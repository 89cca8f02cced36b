"""The log of a server of several processes: it begins anew when it is full, and loses no line."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

LINES, PROCESSES, LARGEST, A_LINE = 300, 3, 20_000, 100
WRITING = """
import logging, logging.config, sys
from annotation.embedded.inside import discretion
discretion.LARGEST_LOG = int(sys.argv[2])
settings = {
    "version": 1,
    "formatters": {"standard": {"format": "[%(levelname)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "standard"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {},
}
logging.config.dictConfig(discretion.discreet(settings, sys.argv[1]))
for number in range(int(sys.argv[4])):
    logging.getLogger("x").warning("line %s of %s, token=opensesame", number, sys.argv[3])
    logging.getLogger(discretion.REQUESTS).info('"GET /%s/%s?q=opensesame HTTP/1.1" 200 12', sys.argv[3], number)
"""


def test_what_several_processes_write_is_all_there_in_files_that_are_not_too_large(tmp_path: Path) -> None:
    log = tmp_path / "label-studio.log"
    command = [sys.executable, "-c", WRITING, str(log), str(LARGEST)]
    writing = [
        subprocess.Popen([*command, str(number), str(LINES)], stderr=subprocess.DEVNULL) for number in range(PROCESSES)
    ]
    assert [process.wait() for process in writing] == [0] * PROCESSES
    files = sorted(tmp_path.glob("label-studio.log*"))
    assert len(files) > 3
    assert max(file.stat().st_size for file in files) <= LARGEST + A_LINE
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    every = [(str(process), str(number)) for process in range(PROCESSES) for number in range(LINES)]
    warned = [(process, number) for number, process in re.findall(r"line (\d+) of (\d+), token=…", text)]
    asked = re.findall(r'"GET /(\d+)/(\d+) HTTP/1.1" 200 12', text)
    assert (sorted(warned), sorted(asked)) == (sorted(every), sorted(every))
    assert "opensesame" not in text
