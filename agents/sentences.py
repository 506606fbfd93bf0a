"""Where an answer is cut for the voice: livekit-agents' sentences, mended where a quotation ends in mid-sentence."""

from __future__ import annotations

from livekit.agents import tokenize, tts
from livekit.agents.tokenize.blingfire import _split_sentences
from livekit.agents.tokenize.token_stream import BufferedSentenceStream

SHORTEST = 20  # characters; what is shorter is spoken with what follows, as livekit-agents has it
ENOUGH_TO_LOOK = 10
CLOSING = tuple("\"'”’»“)]")
Cut = tuple[str, int, int]  # the text, where it begins and ends


def joined(cuts: list[Cut], text: str) -> list[Cut]:
    """A sentence goes on where its last mark closes something and a small letter follows: `"Stop." and left`. While
    nothing follows but spaces, nobody can know yet. What is short is spoken with what follows. Pure."""
    found: list[Cut] = []
    for _, begin, end in cuts:
        before = text[found[-1][1] : found[-1][2]] if found else ""
        if found and _goes_on(before, text[begin:end].lstrip()):
            begin = found.pop()[1]
        found.append((text[begin:end], begin, end))
    whole: list[Cut] = []
    for _, begin, end in found:
        if whole and len(whole[-1][0].strip()) < SHORTEST:
            begin = whole.pop()[1]
        whole.append((text[begin:end], begin, end))
    return whole


def _goes_on(before: str, rest: str) -> bool:
    if before.count("«") > before.count("»"):  # « Stop. » : a space stands before the mark
        return not rest or rest[0] == "»"
    return before.rstrip().endswith(CLOSING) and (not rest or rest[0].islower())


def cut(text: str) -> list[Cut]:
    """Every character of `text` is in one of them."""
    return joined(_split_sentences(text, 0, retain_format=True), text)


class Sentences(tokenize.SentenceTokenizer):
    def tokenize(self, text: str, *, language: str | None = None) -> list[str]:
        return [words for words, _, _ in cut(text)]

    def stream(self, *, language: str | None = None) -> tokenize.SentenceStream:
        return BufferedSentenceStream(tokenizer=cut, min_token_len=SHORTEST, min_ctx_len=ENOUGH_TO_LOOK)


def by_sentences(mouth: tts.TTS) -> tts.TTS:
    """A voice that takes text as it comes; one that can do so by itself cuts by itself."""
    return mouth if mouth.capabilities.streaming else tts.StreamAdapter(tts=mouth, sentence_tokenizer=Sentences())
