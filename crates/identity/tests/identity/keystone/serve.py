"""Keystone's public application for gunicorn, with a line in a file for each request before it is answered."""

import os
import sys

# Keystone reads the command line when it is imported, and gunicorn's is not meant for it.
sys.argv = sys.argv[:1]

from keystone.server.wsgi import initialize_public_application  # noqa: E402

_keystone = initialize_public_application()


def application(environ, start_response):
    with open(os.environ["KEYSTONE_REQUESTS"], "a", encoding="utf-8") as requests:
        requests.write(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}\n")
    return _keystone(environ, start_response)
