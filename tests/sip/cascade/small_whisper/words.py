"""What the small Whisper understands: a dozen sentences of callers, and nothing else."""

from __future__ import annotations

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

SENTENCES = (
    "what are your opening hours",
    "i want to pay my bill",
    "i want to pay by card",
    "i want to speak to a human",
    "i want to cancel my order",
    "where is my order",
    "how much does it cost",
    "i have a question about my invoice",
    "please call me back tomorrow",
    "can you repeat that",
    "thank you very much",
    "goodbye",
    "yes",
    "yes please",
    "no",
    "no thank you",
)
# After the words, so that every id from here on is no word. Without timestamps: nobody asks for them.
SPECIALS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip


def tokenizer() -> Tokenizer:
    """One token per word with its space before it, built up letter by letter; all bytes are there as well, because
    faster-whisper looks some signs up."""
    vocabulary = {symbol: n for n, symbol in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    merges: list[tuple[str, str]] = []
    for word in sorted({word for sentence in SENTENCES for word in sentence.split()}):
        built = "Ġ"
        for letter in word:
            if built + letter not in vocabulary:
                merges.append((built, letter))
                vocabulary[built + letter] = len(vocabulary)
            built += letter
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(text, special=True) for text in SPECIALS])
    return made
