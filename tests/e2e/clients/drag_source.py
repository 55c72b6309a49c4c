"""A file manager in one window: drag from it, and these files go. Arguments: the files."""

import sys

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Files(QLabel):
    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        drag = QDrag(self)
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag.setMimeData(data)
        drag.setHotSpot(QPoint(0, 0))
        print(f"dropped as {drag.exec(Qt.DropAction.CopyAction).name}", flush=True)


application = QApplication(sys.argv[:1])
files = Files("files")
files.setWindowTitle("Files to drag")
files.setGeometry(20, 60, 160, 120)
files.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
files.show()
application.exec()
