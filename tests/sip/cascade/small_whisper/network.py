"""A Whisper as small as it can be, for training in JAX, and its files in CTranslate2's format.

The window is 3.6 seconds. What Whisper adds to fill thirty is the same at every place here, so that training need not
carry it: all of it is one more position that weighs as much as `FILLING` of them.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer

WIDTH, HEADS, MELS = 64, 2, 80
ENCODER_LAYERS, DECODER_LAYERS = 2, 1
FRAMES = 360  # of 10 ms
HEARD, ALL_POSITIONS, TEXT_POSITIONS = FRAMES // 2, 1500, 448
FILLING = ALL_POSITIONS - HEARD
LONGEST = 14  # tokens of a sentence with its prompt and its end

Weights = dict[str, Any]
Array = jax.Array


def fresh(vocabulary: int, sentences: int, rng: np.random.Generator) -> Weights:
    """`guess` is a crutch for training: which sentence it is, from the average of what was heard."""

    def matrix(*shape: int) -> np.ndarray:
        inputs = int(np.prod(shape[1:]))
        return rng.normal(0, inputs**-0.5, shape).astype(np.float32)

    def linear(outputs: int, inputs: int = WIDTH) -> Weights:
        return {"weight": matrix(outputs, inputs), "bias": np.zeros(outputs, np.float32)}

    def norm() -> Weights:
        return {"gamma": np.ones(WIDTH, np.float32), "beta": np.zeros(WIDTH, np.float32)}

    def itself() -> Weights:
        return {"norm": norm(), "in": linear(3 * WIDTH), "out": linear(WIDTH)}

    def layer(listens: bool) -> Weights:
        made = {"self": itself(), "ffn": {"norm": norm(), "up": linear(4 * WIDTH), "down": linear(WIDTH, 4 * WIDTH)}}
        if listens:
            made["cross"] = {"norm": norm(), "query": linear(WIDTH), "heard": linear(2 * WIDTH), "out": linear(WIDTH)}
        return made

    places = np.arange(HEARD + 1)[:, None] * np.exp(-np.log(10000) * np.arange(WIDTH // 2) / (WIDTH // 2 - 1))
    return {
        "conv1": {"weight": matrix(WIDTH, MELS, 3), "bias": np.zeros(WIDTH, np.float32)},
        "conv2": {"weight": matrix(WIDTH, WIDTH, 3), "bias": np.zeros(WIDTH, np.float32)},
        "places": np.concatenate([np.sin(places), np.cos(places)], axis=1).astype(np.float32),
        "text_places": (rng.normal(0, 0.05, (LONGEST, WIDTH))).astype(np.float32),
        "words": rng.normal(0, 0.1, (vocabulary, WIDTH)).astype(np.float32),
        "encoder": {"norm": norm(), "layers": [layer(False) for _ in range(ENCODER_LAYERS)]},
        "decoder": {"norm": norm(), "layers": [layer(True) for _ in range(DECODER_LAYERS)]},
        "guess": linear(sentences),
    }


def _norm(w: Weights, x: Array) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * w["gamma"] + w["beta"]


def _linear(w: Weights, x: Array) -> Array:
    return x @ w["weight"].T + w["bias"]


def _gelu(x: Array) -> Array:
    return jax.nn.gelu(x, approximate=False)


def _conv(w: Weights, x: Array, stride: int) -> Array:
    """Three neighbours, as a product of matrices: (batch, frames, channels)."""
    wide = jnp.pad(x, ((0, 0), (1, 1), (0, 0)))
    length = x.shape[1]
    seen = jnp.concatenate([wide[:, n : n + length : stride] for n in range(3)], axis=-1)
    return seen @ w["weight"].transpose(2, 1, 0).reshape(-1, WIDTH) + w["bias"]


def _attend(query: Array, key: Array, value: Array, bias: Array) -> Array:
    def split(x: Array) -> Array:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    q, k, v = split(query), split(key), split(value)
    weights = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) * (WIDTH // HEADS) ** -0.5 + bias, axis=-1)
    joined = (weights @ v).transpose(0, 2, 1, 3)
    return joined.reshape(*joined.shape[:2], WIDTH)


def _itself(w: Weights, x: Array, bias: Array) -> Array:
    query, key, value = jnp.split(_linear(w["in"], _norm(w["norm"], x)), 3, axis=-1)
    return x + _linear(w["out"], _attend(query, key, value, bias))


def _ffn(w: Weights, x: Array) -> Array:
    return x + _linear(w["down"], _gelu(_linear(w["up"], _norm(w["norm"], x))))


def weight_of_filling() -> Array:
    return jnp.concatenate([jnp.zeros(HEARD), jnp.full(1, np.log(FILLING))])


def encode(w: Weights, mels: Array) -> Array:
    """(batch, FRAMES, MELS) to (batch, HEARD + 1, WIDTH); the last position stands for the filling."""
    filled = jnp.pad(mels, ((0, 0), (0, 6), (0, 0)))
    x = _gelu(_conv(w["conv2"], _gelu(_conv(w["conv1"], filled, 1)), 2))[:, : HEARD + 2]
    x = jnp.concatenate([x[:, :HEARD], x[:, HEARD + 1 :]], axis=1) + w["places"]
    for layer in w["encoder"]["layers"]:
        x = _ffn(layer["ffn"], _itself(layer["self"], x, weight_of_filling()))
    return _norm(w["encoder"]["norm"], x)


def decode(w: Weights, tokens: Array, heard: Array) -> Array:
    """(batch, length) to logits of the next token, (batch, length, vocabulary)."""
    length = tokens.shape[1]
    x = w["words"][tokens] + w["text_places"][:length]
    before = jnp.where(jnp.tril(jnp.ones((length, length))) > 0, 0.0, -1e9)
    for layer in w["decoder"]["layers"]:
        x = _itself(layer["self"], x, before)
        cross = layer["cross"]
        key, value = jnp.split(_linear(cross["heard"], heard), 2, axis=-1)
        query = _linear(cross["query"], _norm(cross["norm"], x))
        x = _ffn(layer["ffn"], x + _linear(cross["out"], _attend(query, key, value, weight_of_filling())))
    return _norm(w["decoder"]["norm"], x) @ w["words"].T


def loss(w: Weights, mels: Array, tokens: Array, counts: Array, sentence: Array) -> tuple[Array, Array]:
    """Cross entropy of `tokens` after the first, with that of the crutch, and alone; `counts` is 1 where a token is to
    be learned."""
    heard = encode(w, mels)
    logits = jax.nn.log_softmax(decode(w, tokens[:, :-1], heard))
    wanted = jnp.take_along_axis(logits, tokens[:, 1:, None], axis=-1)[..., 0]
    words = -(wanted * counts).sum() / counts.sum()
    guesses = jax.nn.log_softmax(_linear(w["guess"], heard[:, :HEARD].mean(1)))
    return words - jnp.take_along_axis(guesses, sentence[:, None], axis=-1).mean(), words


@partial(jax.jit, donate_argnums=(0, 1, 2))
def step(w: Weights, first: Weights, second: Weights, at: Array, rate: Array, *batch: Array) -> tuple[Any, ...]:
    """One step of Adam."""
    (_, value), slope = jax.value_and_grad(loss, has_aux=True)(w, *batch)
    size = jnp.sqrt(sum((part**2).sum() for part in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / size), slope)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
    second = jax.tree.map(lambda v, g: 0.98 * v + 0.02 * g**2, second, slope)
    w = jax.tree.map(
        lambda p, m, v: p - rate * (m / (1 - 0.9**at)) / (jnp.sqrt(v / (1 - 0.98**at)) + 1e-8), w, first, second
    )
    return w, first, second, value


def save(w: Weights, words: Tokenizer, folder: Path) -> None:
    """What faster-whisper loads, quantised to 8 bits."""
    w = jax.tree.map(lambda part: np.array(part, np.float32), w)  # copies: they are quantised in place
    spec = WhisperSpec(ENCODER_LAYERS, HEADS, DECODER_LAYERS, HEADS)

    def put(part: Any, weights: Weights) -> None:
        for name, value in weights.items():
            setattr(part, name, value)

    def put_attention(part: Any, weights: Weights, names: tuple[str, ...]) -> None:
        put(part.layer_norm, weights["norm"])
        for linear, name in zip(part.linear, names, strict=True):
            put(linear, weights[name])

    put(spec.encoder.conv1, w["conv1"])
    put(spec.encoder.conv2, w["conv2"])
    places = np.concatenate([w["places"], np.repeat(w["places"][-1:], ALL_POSITIONS - HEARD - 1, axis=0)])
    spec.encoder.position_encodings.encodings = places
    text = np.zeros((TEXT_POSITIONS, WIDTH), np.float32)
    text[:LONGEST] = w["text_places"]
    spec.decoder.position_encodings.encodings = text
    spec.decoder.embeddings.weight = w["words"]
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for side, weights in ((spec.encoder, w["encoder"]), (spec.decoder, w["decoder"])):
        put(side.layer_norm, weights["norm"])
        for layer, own in zip(side.layer, weights["layers"], strict=True):
            put_attention(layer.self_attention, own["self"], ("in", "out"))
            put(layer.ffn.layer_norm, own["ffn"]["norm"])
            put(layer.ffn.linear_0, own["ffn"]["up"])
            put(layer.ffn.linear_1, own["ffn"]["down"])
            if "cross" in own:
                put_attention(layer.attention, own["cross"], ("query", "heard", "out"))
    spec.register_vocabulary([words.id_to_token(n) for n in range(words.get_vocab_size())])
    spec.validate()
    spec.optimize(quantization="int8_float16")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    words.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}) + "\n")
