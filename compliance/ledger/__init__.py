"""What was done, in a log that nobody changes unseen: a Merkle tree over entries, its roots signed and kept elsewhere.

    await Ledger(session).append(Kind.CONSENT, at=now, actor=key_id, call_id=…, facts={…}, personal={…})

An entry is appended in the transaction of what it tells. It holds no personal value, only a salted commitment to each;
values and salts stand in a table of their own, from which erasure takes them, and every proof still holds.
"""
