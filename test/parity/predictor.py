"""The network of H' and its training step once more, in PyTorch and float64, written from the papers and not from our code.

    npx tsx test/parity/make-predictor-input.ts | /usr/bin/python3 test/parity/predictor.py > test/parity/predictor.json

Any PyTorch from 1.13 on will do; the numbers beside this script were made with Debian's 1.13. As in `network.py`,
gradients are clipped by their norm and not by the norm + 1e-6 of clip_grad_norm_.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def probabilities(w, shape, words):
    """See, Liu & Manning 2017, eq. 9, with one softmax over places and vocabulary together (as in CopyNet, Gu et al.
    2016, eq. 5 to 8): [B O V+2]"""
    count, places = words.shape
    equal = (words.unsqueeze(2) == words.unsqueeze(1)).to(w["see"].dtype)
    heard = F.embedding(words, w["embedding"]).flatten(1)
    seen = torch.cat([heard, equal.flatten(1)], dim=1)
    hidden = F.relu(F.linear(seen, torch.cat([w["see"], w["compare"]]).T, w["see.bias"]))
    bilinear = F.linear(heard, w["left"].T) * F.linear(heard, w["right"].T)
    hidden = torch.cat([hidden, bilinear], dim=1)
    hidden = F.relu(F.linear(hidden, w["think"].T, w["think.bias"]))
    said = F.linear(hidden, w["say"].T, w["say.bias"]).unflatten(1, (shape["actionWords"], -1))
    copy = torch.einsum("bok,pk->bop", said, w["place"]) / math.sqrt(said.shape[-1])
    generate = torch.einsum("bok,vk->bov", said, w["word"]) / math.sqrt(said.shape[-1])
    share = torch.cat([copy, generate], dim=2).exp()
    share = share / share.sum(dim=2, keepdim=True)
    copied, generated = share.split([places, generate.shape[2]], dim=2)
    index = words.unsqueeze(1).expand(count, shape["actionWords"], places)
    return generated.scatter_add(2, index, copied)


def loss_of(w, shape, step):
    all_words = probabilities(w, shape, step["words"])
    picked = all_words.gather(2, step["targets"].unsqueeze(2)).squeeze(2)
    return -(step["weights"] * picked.log()).sum()


def clip(parameters, limit):
    """Pascanu, Mikolov & Bengio 2013, algorithm 1."""
    norm = torch.cat([p.grad.flatten() for p in parameters]).norm().item()
    for p in parameters:
        p.grad *= min(1.0, limit / norm)
    return norm


def train(given):
    options = given["optimizer"]
    w = weights_of(given)
    adam = torch.optim.Adam(
        list(w.values()), lr=options["learningRate"], betas=(options["beta1"], options["beta2"]), eps=1e-8
    )
    losses, norms = [], []
    for number, step in enumerate(given["steps"]):
        adam.zero_grad(set_to_none=True)
        loss = loss_of(w, given["shape"], step)
        loss.backward()
        norms.append(clip(list(w.values()), options["clip"]))
        losses.append(loss.item())
        adam.param_groups[0]["lr"] = options["learningRate"] * min(1, (number + 1) / options["warmUp"])
        adam.step()
    print(f"norms {min(norms):.3f} to {max(norms):.3f}", file=sys.stderr)
    assert min(norms) < options["clip"] < max(norms), "expected some gradients clipped and some not"
    return {
        "losses": numbers(torch.tensor(losses)),
        "parameters": numbers(flat(w.values())),
        "first": numbers(flat(adam.state[p]["exp_avg"] for p in w.values())),
        "second": numbers(flat(adam.state[p]["exp_avg_sq"] for p in w.values())),
    }


def weights_of(given):
    w, start = {}, 0
    for x in given["layout"]:
        end = start + math.prod(x["shape"])
        values = torch.tensor(given["parameters"][start:end]).reshape(x["shape"])
        w[x["name"]] = values.requires_grad_()
        start = end
    return w


def flat(tensors):
    return torch.cat([x.detach().flatten() for x in tensors])


def numbers(x):
    """Twelve digits: they are compared to nine."""
    return [float(f"{value:.12g}") for value in x.detach().flatten().tolist()]


def tensors_of(step, rows):
    return {name: torch.tensor(values).reshape(rows, -1) for name, values in step.items()}


text = json.load(sys.stdin)
given = {**text, "steps": [tensors_of(step, text["rows"]) for step in text["steps"]]}
w = weights_of(given)
loss_of(w, given["shape"], given["steps"][0]).backward()
found = {
    "probabilities": numbers(probabilities(w, given["shape"], given["steps"][0]["words"])),
    "gradient": {name: numbers(p.grad) for name, p in w.items()},
    "trained": train(given),
}
json.dump({"torch": torch.__version__, **text, **found}, sys.stdout, separators=(",", ":"))
print()
