"""The training step of our network as a PyTorch user would write it: modules, autograd, clip_grad_norm_, Adam.

Speaks JSON lines. The first line in is the case (network, batch, optimizer, words and targets of one step); then every
line is a number of steps to take from the start, answered by the seconds that they took, those of processor time, and
the last loss.
"""

import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)  # whoever starts this also says so to the BLAS, in the environment


class Network(nn.Module):
    def __init__(self, slots, words, width, heads, expansion):
        super().__init__()
        assert slots == ["left", "right"]
        self.heads, self.width = heads, width
        self.words = nn.Embedding(words, width)
        self.left = nn.Linear(width, width, bias=False)
        self.right = nn.Linear(width, width, bias=False)
        self.reread = nn.Linear(width, width, bias=False)
        self.fact = nn.Parameter(torch.zeros(width))
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width)
        self.mix = nn.Linear(width, width)
        self.expand = nn.Linear(width, width * expansion)
        self.contract = nn.Linear(width * expansion, width)
        self.answer = nn.LayerNorm(width)

    def norm(self, x):
        return F.layer_norm(x, (self.width,))

    def by_head(self, x):  # [B S D] -> [B H S K]
        if self.heads == 1:
            return x.unsqueeze(1)
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def layer(self, x, keys, values):
        queries = self.by_head(self.query(self.norm(x)) * (self.width // self.heads) ** -0.5)
        heard = (queries @ keys).softmax(dim=-1) @ values
        heard = heard.squeeze(1) if self.heads == 1 else heard.transpose(1, 2).flatten(-2)
        x = x + self.mix(heard)
        return x + self.contract(F.relu(self.expand(self.norm(x))))

    def forward(self, words):
        reread, active = words["reread"], words["active"]
        left, right = self.left(self.words.weight), self.right(self.words.weight)  # [V D]: few words, many places
        rereads = F.embedding(reread, self.reread(self.words.weight))
        facts = F.embedding(words["facts.left"], left) + F.embedding(words["facts.right"], right)
        questions = F.embedding(words["questions.left"], left) + F.embedding(words["questions.right"], right)
        rounds = reread.shape[0]
        for i in range(rounds):
            facts = facts + self.fact
            seen = self.norm(facts)
            keys, values = self.by_head(self.key(seen)).transpose(-1, -2), self.by_head(self.value(seen))
            answered = self.layer(questions + rereads[i], keys, values)
            questions = torch.where(active[i], answered, questions)
            if i < rounds - 1:
                facts = self.layer(facts, keys, values)
        return self.answer(questions).flatten(0, 1) @ right.T * self.width**-0.5


def main():
    case = json.loads(sys.stdin.readline())
    network, batch, options = case["network"], case["batch"], case["optimizer"]
    B, N, Q, R = (batch[name] for name in ("contexts", "facts", "questions", "rounds"))
    shapes = {"facts.left": (B, N), "facts.right": (B, N), "questions.left": (B, Q), "questions.right": (B, Q)}
    shapes |= {"reread": (R, B, Q), "active": (R, B, Q, 1)}
    words = {name: torch.tensor(case["words"][name]).reshape(shape) for name, shape in shapes.items()}
    words["active"] = words["active"].bool()
    targets = torch.tensor(case["words"]["targets"])
    weights = torch.tensor(case["words"]["weights"])

    torch.manual_seed(1)
    student = Network(**network)
    parameters = list(student.parameters())
    start = [p.detach().clone() for p in parameters]
    average = [p.clone() for p in start]
    optimizer = torch.optim.Adam(
        parameters, lr=options["learningRate"], betas=(options["beta1"], options["beta2"]), foreach=True
    )
    print(json.dumps({"torch": torch.__version__, "parameters": sum(p.numel() for p in parameters)}), flush=True)

    for line in sys.stdin:
        with torch.no_grad():
            torch._foreach_zero_([x for state in optimizer.state.values() for x in state.values()] or [torch.zeros(1)])
            for p, a, s in zip(parameters, average, start):
                p.copy_(s)
                a.copy_(s)
        started, startedCpu = time.perf_counter(), time.process_time()
        for taken in range(int(line)):
            optimizer.param_groups[0]["lr"] = options["learningRate"] * min(1, (taken + 1) / options["warmUp"])
            scores = student(words)
            loss = (F.cross_entropy(scores, targets, reduction="none") * weights).sum()
            guesses = scores.detach().argmax(dim=-1)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, options["clip"])
            optimizer.step()
            rate = 1 / min(case["averageHorizon"], 1 + taken / 4)
            with torch.no_grad():
                torch._foreach_mul_(average, 1 - rate)
                torch._foreach_add_(average, parameters, alpha=rate)
            last = loss.item()
            guesses.tolist()
        seconds, cpuSeconds = time.perf_counter() - started, time.process_time() - startedCpu
        print(json.dumps({"seconds": seconds, "cpuSeconds": cpuSeconds, "loss": last}), flush=True)


main()
