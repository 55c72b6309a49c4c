"""A small window for the tests of the tests' own tools: it says what is done to it."""

import sys

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSlider, QVBoxLayout, QWidget


def say(*words: object) -> None:
    print(*words, flush=True)


def beep() -> None:
    import sounddevice

    ramp = np.linspace(-1, 1, 4410, dtype=np.float32)
    with sounddevice.OutputStream(44100, channels=2, latency="high") as stream:
        stream.write(np.stack([ramp, -ramp], axis=1).copy())
        stream.write(np.zeros((8820, 2), np.float32))
    say("beeped")


application = QApplication(sys.argv)
application.setApplicationName("playground")
window = QWidget()
window.setWindowTitle("Playground")
window.setGeometry(400, 100, 400, 300)
edit = QLineEdit(accessibleName="Words")
edit.returnPressed.connect(lambda: say("typed", edit.text()))
button = QPushButton("Beep")
button.clicked.connect(beep)
slider = QSlider(Qt.Orientation.Horizontal, accessibleName="Level", maximum=100)
slider.valueChanged.connect(lambda value: say("level", value))
layout = QVBoxLayout(window)
for widget in (edit, button, slider):
    layout.addWidget(widget)
window.show()
application.exec()
