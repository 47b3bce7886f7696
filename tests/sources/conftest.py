"""Mirrors of small files, for all tests of sources."""

from tests.support import mirrors

mirror, npm, server = mirrors.mirror, mirrors.npm, mirrors.server
surroundings = mirrors.surroundings
