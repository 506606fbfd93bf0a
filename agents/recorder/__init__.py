"""The recorder: a process that joins rooms unseen, listens, and writes encrypted stereo. It survives any agent.

timeline.py   sound of several into two channels, by count of samples; pure
opus.py       samples into Opus packets          tape.py     packets into the encrypted file
listening.py  the room: whose sound is heard     recording.py  one recording from its order to its end
settling.py   the redaction pass                 orders.py   what the control plane asks, and is told
process.py    `gateway recorder`
"""
