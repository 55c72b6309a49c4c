"""Another program that takes dropped files: prints each file's path, size and SHA-256."""

import hashlib
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel


class Target(QLabel):
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        for url in event.mimeData().urls():
            path = Path(url.toLocalFile())
            data = path.read_bytes()
            print(f"got {len(data)} {hashlib.sha256(data).hexdigest()} {path}", flush=True)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()


application = QApplication(sys.argv)
target = Target("drop here")
target.setWindowTitle("Place to drop")
target.setAcceptDrops(True)
target.setGeometry(20, 260, 160, 120)
target.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
target.show()
application.exec()
