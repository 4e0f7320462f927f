"""The network and its training step once more, in PyTorch and float64, written from the papers and not from our code.

    npx tsx test/parity/make-input.ts | /usr/bin/python3 test/parity/network.py > test/parity/network.json

Any PyTorch from 1.13 on will do; the numbers beside this script were made with Debian's 1.13. Two places follow our
formulas to the last bit and are compared with the usual ones in passing (the differences are printed to stderr):
  - clip_grad_norm_ divides by the norm + 1e-6; here the norm is not enlarged.
  - Muon's momentum is scaled by 1/(1 - beta) before it is made orthogonal, which matters only beside an epsilon of 1e-7.
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def scores_of(w, heads, words, facts_sleep):
    """Vaswani et al. 2017 with pre-norm, one layer applied R times; everybody attends to the facts, and questions that
    have read their last word rest, as do facts that sleep: [B Q V]"""

    def pair(left, right):
        both = torch.cat([F.embedding(left, w["words"]), F.embedding(right, w["words"])], dim=-1)
        return both @ torch.cat([w["left"], w["right"]], dim=0)

    def norm(x):
        return F.layer_norm(x, x.shape[-1:], eps=1e-5)

    def by_head(x):
        return x.unflatten(-1, (heads, -1))  # [B S H K]

    def layer(x, keys, values):
        queries = by_head(norm(x) @ w["query"] + w["query.bias"])
        logits = torch.einsum("bshk,bnhk->bhsn", queries, keys) / math.sqrt(queries.shape[-1])
        heard = torch.einsum("bhsn,bnhk->bshk", logits.softmax(dim=-1), values).flatten(-2)
        x = x + F.linear(heard, w["mix"].T, w["mix.bias"])
        hidden = F.relu(F.linear(norm(x), w["expand"].T, w["expand.bias"]))
        return x + F.linear(hidden, w["contract"].T, w["contract.bias"])

    facts = pair(words["facts.left"], words["facts.right"])
    questions = pair(words["questions.left"], words["questions.right"])
    for reread, active, awake in zip(words["reread"], words["active"], words["awake"]):
        awake = awake.bool().unsqueeze(-1) | (not facts_sleep)
        asleep = facts
        facts = torch.where(awake, facts + w["fact"], asleep)
        asking = questions + F.embedding(reread, w["words"]) @ w["reread"]
        seen = norm(facts)
        keys, values = by_head(seen @ w["key"]), by_head(seen @ w["value"] + w["value.bias"])
        everybody = layer(torch.cat([facts, asking], dim=1), keys, values)
        answered = everybody[:, facts.shape[1] :]
        facts = torch.where(awake, everybody[:, : facts.shape[1]], asleep)
        questions = torch.where(active.bool().unsqueeze(-1), answered, questions)
    read = F.layer_norm(questions, questions.shape[-1:], w["answer.gain"], w["answer.bias"], eps=1e-5)
    codes = w["words"] @ w["right"]
    return read @ codes.T / math.sqrt(codes.shape[-1])


def loss_of(scores, step):
    each = F.cross_entropy(scores.flatten(0, 1), step["targets"], reduction="none")
    return (each * step["weights"]).sum()


def clip(parameters, limit):
    """Pascanu, Mikolov & Bengio 2013, algorithm 1. Gives the norm and the largest difference to clip_grad_norm_."""
    before = [p.grad.clone() for p in parameters]
    norm = torch.cat([g.flatten() for g in before]).norm()
    torch.nn.utils.clip_grad_norm_(parameters, limit)
    apart = 0.0
    for p, g in zip(parameters, before):
        exact = g * min(1.0, limit / norm.item())
        apart = max(apart, (exact - p.grad).abs().max().item() / exact.abs().max().item())
        p.grad = exact
    return norm.item(), apart


def orthogonal(G):
    """zeropower_via_newtonschulz5 of Keller Jordan's Muon, which expects [outputs inputs]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    X = G.mT if G.size(0) > G.size(1) else G
    X = X / (X.norm() + 1e-7)
    for _ in range(5):
        A = X @ X.mT
        X = a * X + (b * A + c * A @ A) @ X
    return X.mT if G.size(0) > G.size(1) else X


class Muon:
    """Jordan et al. 2024, with the first moment of Adam as momentum and the second only kept."""

    def __init__(self, parameters, options):
        self.parameters, self.options = parameters, options
        self.state = {p: {"exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.zeros_like(p)} for p in parameters}
        self.apart = 0.0

    @torch.no_grad()
    def step(self, warmth):
        beta1, beta2 = self.options["beta1"], self.options["beta2"]
        for p in self.parameters:
            momentum, square = self.state[p].values()
            momentum.lerp_(p.grad, 1 - beta1)
            square.lerp_(p.grad**2, 1 - beta2)
            usual = p.grad.lerp(momentum, beta1).T  # Nesterov's, [outputs inputs]
            change = orthogonal(usual / (1 - beta1))
            self.apart = max(self.apart, (change - orthogonal(usual)).abs().max().item())
            change = change * max(1, usual.size(0) / usual.size(1)) ** 0.5
            p -= warmth * self.options["muonRate"] * change.T


def train(given, heads, facts_sleep, kind):
    options = given["optimizer"]
    w = weights_of(given)
    hidden = [w[x["name"]] for x in given["layout"] if x["hidden"]] if kind == "muon" else []
    rest = [p for p in w.values() if all(p is not q for q in hidden)]
    adam = torch.optim.Adam(rest, lr=options["learningRate"], betas=(options["beta1"], options["beta2"]), eps=1e-8)
    muon = Muon(hidden, options)
    average = {name: p.detach().clone() for name, p in w.items()}
    losses, norms, apart = [], [], 0.0
    for number, step in enumerate(given["steps"]):
        loss = loss_of(scores_of(w, heads, step, facts_sleep), step)
        for p in w.values():
            p.grad = None
        loss.backward()
        norm, difference = clip(list(w.values()), options["clip"])
        losses.append(loss.item())
        norms.append(norm)
        apart = max(apart, difference)
        warmth = min(1, (number + 1) / options["warmUp"])
        adam.param_groups[0]["lr"] = warmth * options["learningRate"]
        adam.step()
        muon.step(warmth)
        for name, p in w.items():
            average[name].lerp_(p.detach(), step["averageRate"])
    print(f"{kind}, {heads} heads: norms {min(norms):.3f} to {max(norms):.3f}, clip_grad_norm_ is {apart:.1e} away,"
          f" the usual Muon {muon.apart:.1e}", file=sys.stderr)
    assert min(norms) < options["clip"] < max(norms), "expected some gradients clipped and some not"
    assert apart < 1e-5 and muon.apart < 1e-4
    state = {**adam.state, **muon.state}
    return {
        "losses": numbers(torch.tensor(losses)),
        "parameters": numbers(flat(w.values())),
        "first": numbers(flat(state[p]["exp_avg"] for p in w.values())),
        "second": numbers(flat(state[p]["exp_avg_sq"] for p in w.values())),
        "average": numbers(flat(average.values())),
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


def tensors_of(step, batch):
    B, N, Q, R = (batch[name] for name in ("contexts", "facts", "questions", "rounds"))
    shapes = {"facts.left": (B, N), "facts.right": (B, N), "questions.left": (B, Q), "questions.right": (B, Q)}
    shapes |= {"reread": (R, B, Q), "active": (R, B, Q), "awake": (R, B, N)}
    shapes |= {"targets": (B * Q,), "weights": (B * Q,)}
    return {name: torch.tensor(step[name]).reshape(shape) for name, shape in shapes.items()} | {
        "averageRate": step["averageRate"]
    }


def case(given, heads, facts_sleep):
    w = weights_of(given)
    scores = scores_of(w, heads, given["steps"][0], facts_sleep)
    loss = loss_of(scores, given["steps"][0])
    loss.backward()
    return {
        "heads": heads,
        "factsSleep": facts_sleep,
        "loss": loss.item(),
        "scores": numbers(scores),
        "gradient": {name: numbers(p.grad) for name, p in w.items()},
        "trained": {kind: train(given, heads, facts_sleep, kind) for kind in ("adam", "muon")},
    }


text = json.load(sys.stdin)
given = {**text, "steps": [tensors_of(step, text["batch"]) for step in text["steps"]]}
json.dump(
    {"torch": torch.__version__, **text, "cases": [case(given, *of) for of in ((1, False), (2, False), (2, True))]},
    sys.stdout,
    separators=(",", ":"),
)
print()
