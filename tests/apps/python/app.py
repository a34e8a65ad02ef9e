import sys

from flask import Flask
from greeting import greet

app = Flask(__name__)


@app.get("/")
def index():
    return f"{greet('Flask')} on Python {sys.version_info.major}\n"
