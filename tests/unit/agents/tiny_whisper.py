"""A Whisper of random numbers: the shapes and the files of a real one, in 2 MB and without torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

WIDTH, LAYERS, HEADS, MELS = 64, 2, 2, 80
AUDIO_POSITIONS, TEXT_POSITIONS, TIMESTAMPS = 1500, 448, 1501
SPECIALS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip


def _tokenizer() -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={symbol: n for n, symbol in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    stamps = [f"<|{n * 0.02:.2f}|>" for n in range(TIMESTAMPS)]
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in (*SPECIALS, *stamps)])
    return tokenizer


def make(folder: Path) -> Path:
    """Writes model.bin, vocabulary and tokenizer.json; returns the folder."""
    tokenizer = _tokenizer()
    words = [tokenizer.id_to_token(n) for n in range(tokenizer.get_vocab_size())]
    rng = np.random.default_rng(5)

    def random(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.05, shape).astype(np.float32)

    def norm(spec) -> None:
        spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def linear(spec, outputs: int, inputs: int = WIDTH) -> None:
        spec.weight, spec.bias = random(outputs, inputs), np.zeros(outputs, np.float32)

    def attention(spec, *outputs: int) -> None:
        norm(spec.layer_norm)
        for part, width in zip(spec.linear, outputs, strict=True):
            linear(part, width)

    def feed_forward(spec) -> None:
        norm(spec.layer_norm)
        linear(spec.linear_0, 4 * WIDTH)
        linear(spec.linear_1, WIDTH, 4 * WIDTH)

    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    spec.encoder.conv1.weight, spec.encoder.conv1.bias = random(WIDTH, MELS, 3), np.zeros(WIDTH, np.float32)
    spec.encoder.conv2.weight, spec.encoder.conv2.bias = random(WIDTH, WIDTH, 3), np.zeros(WIDTH, np.float32)
    spec.encoder.position_encodings.encodings = random(AUDIO_POSITIONS, WIDTH)
    spec.decoder.position_encodings.encodings = random(TEXT_POSITIONS, WIDTH)
    spec.decoder.embeddings.weight = random(len(words), WIDTH)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for side in (spec.encoder, spec.decoder):
        norm(side.layer_norm)
        for layer in side.layer:
            attention(layer.self_attention, 3 * WIDTH, WIDTH)
            feed_forward(layer.ffn)
    for layer in spec.decoder.layer:
        attention(layer.attention, WIDTH, 2 * WIDTH, WIDTH)
    spec.register_vocabulary(words)
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
