"""Writes the numbers of this folder. Python 3.11, pyepo 2.2.7, torch 2.15, numpy, clarabel 0.11. Reads normal.npy and gamma.npy: the library's own
draws, instance by sample by cost, of random_stream(7, instance, 0).normal() and of sum_of_gamma{.kappa = 2} on random_stream(9, instance, 0)."""
import itertools, os, numpy as np, pyepo, torch
from types import SimpleNamespace
from pyepo.EPO import MAXIMIZE, MINIMIZE
from pyepo.data.shortestpath import genData
from pyepo.func import CMAP, DBB, IMLE, NCE, NID, PFY, PG, CaVE, SPOPlus

torch.set_default_dtype(torch.float64)
here, n, rows = os.path.dirname(os.path.abspath(__file__)), 5, 4
right, down = lambda i, j: i * (2 * n - 1) + j, lambda i, j: i * (2 * n - 1) + n - 1 + j  # arcs, row by row: to the right, then down
paths, balances = [], np.zeros((n * n, 2 * n * (n - 1)))
for turns in itertools.combinations(range(2 * n - 2), n - 1):
    x, i, j = np.zeros(2 * n * (n - 1)), 0, 0
    for s in range(2 * n - 2):
        x[right(i, j) if s in turns else down(i, j)] = 1
        i, j = (i, j + 1) if s in turns else (i + 1, j)
    paths.append(x)
for i, j in itertools.product(range(n), range(n)):
    if j + 1 < n: balances[i * n + j, right(i, j)], balances[i * n + j + 1, right(i, j)] = 1, -1
    if i + 1 < n: balances[i * n + j, down(i, j)], balances[(i + 1) * n + j, down(i, j)] = 1, -1
paths = np.array(paths)

class every_path(pyepo.model.opt.optModel):
    """The best path of all 70; nearest is the least lead that one has had over the next."""
    nearest = np.inf
    def _getModel(self): return None, list(range(paths.shape[1]))
    def setObj(self, c): self.c = np.asarray(c, float)
    def solve(self):
        costs = self.modelSense * (paths @ self.c)
        first, second = np.argsort(costs)[:2]
        every_path.nearest = min(every_path.nearest, costs[second] - costs[first])
        return paths[first], paths[first] @ self.c

save = lambda name, array: np.save(os.path.join(here, name + ".npy"), np.ascontiguousarray(array, float))
c = np.round(genData(rows, 5, (n, n), deg=4, noise_width=0.5, seed=42)[1].astype(float), 3)
predictions = np.round(c * np.random.RandomState(1).uniform(-1, 3, c.shape), 3)
save("costs", c), save("predictions", predictions)
normal, gamma = (torch.tensor(np.load(os.path.join(here, f + ".npy"))) for f in ("normal", "gamma"))
torch.randn = lambda size, **_: normal.reshape(size)
draws = SimpleNamespace(sample=lambda size, **_: gamma.reshape(size))
pyepo.func.cave.np = SimpleNamespace(**{**vars(np), "float32": float})  # its projection as a double, and Clarabel's as near as it comes
near = pyepo.func.cave._clarabel_settings(200)
near.tol_gap_abs = near.tol_gap_rel = near.tol_feas = 1e-14
true, found, settings = torch.tensor(c), {}, {}
for direction in (MINIMIZE, MAXIMIZE):
    model = every_path()
    model.modelSense = direction
    best = [(model.setObj(row), model.solve())[1] for row in c]
    x, z = torch.tensor(np.array([b[0] for b in best])), torch.tensor([[b[1]] for b in best])
    data = pyepo.data.dataset.optDataset(model, np.zeros((rows, 1)), c)
    normals = torch.tensor(np.array([np.vstack([balances, -balances, np.diag(2 * b[0] - 1)]) for b in best]))
    cost_of = lambda decisions: direction * (decisions * true).sum(1).mean()  # the regret but for a constant; a mean: lambda is rows times ours
    def record(case, words, loss):
        p = torch.tensor(predictions, requires_grad=True)
        value = loss(p)
        value.backward()
        found.setdefault(case, []).append((value.item(), p.grad.numpy()))
        settings[case] = words
    record("spo_plus", "", lambda p: SPOPlus(model)(p, true, x, z))
    record("perturbation_backward", "sigma=1", lambda p: PG(model, sigma=1)(p, true))
    record("perturbation_central", "sigma=1", lambda p: PG(model, sigma=1, two_sides=True)(p, true))
    record("black_box", "lambda=10", lambda p: cost_of(DBB(model, lambd=10 * rows)(p)))
    record("negative_identity", "", lambda p: cost_of(NID(model)(p)))
    record("fenchel_young", "sigma=.5 samples=4", lambda p: PFY(model, n_samples=4, sigma=0.5)(p, x))
    for case, both in (("implicit_mle", False), ("implicit_mle_two_sided", True)):
        record(case, "sigma=.5 lambda=3 kappa=2 samples=4",
               lambda p: cost_of(IMLE(model, n_samples=4, sigma=0.5, lambd=3 * rows, distribution=draws, two_sides=both)(p)))
    for case, loss in (("noise_contrastive", NCE), ("map_estimate", CMAP)):
        record(case, "pool=the decisions of the costs", lambda p: loss(model, solve_ratio=0, dataset=data)(p, x))
        record(case + "_grown", "pool=and those of the predictions", lambda p: loss(model, solve_ratio=1, dataset=data)(p, x))
    record("cave", "max_iter=200 tol=1e-14", lambda p: CaVE(model, max_iter=200)(p, normals))
    record("cave_hybrid", "solve_ratio=0 inner_ratio=.2", lambda p: CaVE(model, solve_ratio=0, inner_ratio=0.2)(p, normals))
assert every_path.nearest > 1e-5  # no tie for another solver to break otherwise
with open(os.path.join(here, "index.tsv"), "w") as index:
    print("case", "minimise", "maximise", "settings", sep="\t", file=index)
    for case, (low, high) in found.items():
        save(case + ".gradient", [low[1], high[1]])
        print(case, repr(low[0]), repr(high[0]), settings[case], sep="\t", file=index)
