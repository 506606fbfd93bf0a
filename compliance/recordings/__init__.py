"""Recordings at rest: how they are encrypted, where they are kept, who may play them, and how they are forgotten.

    header.py sealing.py opening.py     the container: what a file consists of, written and read; pure
    ogg.py opus_silence.py redact.py    what is in it, and the pass that silences spans; pure
    keys.py key_file.py                 a key per recording, wrapped by a key-encryption key
    local_store.py s3_store.py          where files are
    models.py repository.py journal.py  rows: states, wrapped keys, the journal of the pass
    playback.py endpoints.py            playing, ranged and audited; short-lived links

`docs/recordings.md`.
"""
