import numpy as np

a = np.arange(6).reshape(2, 3)
print(a.tolist(), a.shape, a.ndim, a.size, len(a), a.T.tolist(), a[1].tolist(), a[0, 2], a[:, 1].tolist(), a[-1, ::2].tolist())
print((a + 1).tolist(), (a * a).tolist(), (10 - a).tolist(), (a / 2).tolist(), (a // 2).tolist(), (a % 2 == 0).tolist(), (a + np.array([1, 2, 3])).tolist())
print(a.sum(), a.sum(axis=0).tolist(), a.max(axis=1).tolist(), a.mean(), a.prod(), a.cumsum().tolist(), a.argmax(), bool((a >= 0).all()), bool(a.any()))
print(np.zeros((2, 2), dtype=np.int32).tolist(), np.ones(2).tolist(), np.full((1, 2), 7).tolist(), np.linspace(0, 1, 5).tolist(), np.arange(1, 2, 0.25).tolist(), np.eye(2).tolist())
print(np.concatenate([a, a]).shape, np.concatenate([a, a], axis=1).tolist(), np.stack([a, a]).shape, np.repeat([1, 2], 2).tolist(), np.repeat(np.array([1, 2]), [3, 1]).tolist(), np.tile([1, 2], 2).tolist())
b = np.array([3, 1, 2])
b[0] = 9
b[1:] = [5, 6]
print(b.tolist(), b[b > 5].tolist(), b[[0, 2]].tolist(), np.where(b > 5, 1, 0).tolist(), np.where(b > 5)[0].tolist(), np.argsort(b).tolist(), np.sort(b).tolist(), np.unique([2, 1, 2]).tolist())
print(a.dtype == np.int64, np.zeros(1).dtype == np.float64, np.array([1.5], dtype=np.float32).dtype.name, np.dtype("int32").itemsize, np.issubdtype(np.int32, np.integer), np.issubdtype(a.dtype, np.floating))
print(int(np.prod([2, 3, 4])), float(np.sqrt(16.0)), np.sqrt(np.array([4.0, 9.0])).tolist(), int(np.int64(3)) + 1, float(np.float32(1.5)), np.iinfo(np.int32).max, np.cumsum([1, 2, 3]).tolist(), np.diff([1, 4, 9]).tolist())
print(np.maximum([1, 5], [3, 2]).tolist(), np.clip([1, 5, 9], 2, 6).tolist(), np.split(np.arange(4), 2)[1].tolist(), [x.tolist() for x in np.array_split(np.arange(5), 2)], np.isin([1, 2], [2]).tolist(), np.searchsorted([1, 3, 5], 3))
print(np.expand_dims(np.array([1, 2]), 0).shape, a[None].shape, a[..., 0].tolist(), a.transpose(1, 0).shape, np.broadcast_to([1, 2], (2, 2)).tolist(), np.asarray(a) is a, np.array_equal(a, a.copy()), isinstance(a, np.ndarray))
print([int(x) for x in np.array([1, 2])], [r.tolist() for r in a], 5 in a, a.flatten().tolist(), a.astype(np.float32).dtype.name, np.log2(8.0), np.bincount([0, 1, 1]).tolist())
c = np.zeros(5, dtype=np.int64)
np.cumsum([1, 2, 3], out=c[1:4])
c[:2] += 5
v = c[3:]
v[0] = 9
c[-1:].fill(4)
print(c.tolist())
try:
    bool(a)
except ValueError as e:
    print(e)

grid = np.meshgrid(np.arange(3), np.arange(2))
print(grid[0].tolist(), grid[1].tolist(), np.stack(grid).shape)
print([m.tolist() for m in np.meshgrid(np.arange(2), np.arange(3), indexing="ij")])
print(np.outer(np.array([1, 2]), np.array([3, 4])).tolist())
print(np.einsum("m,d->md", np.array([1, 2]), np.array([3, 4, 5])).tolist(), np.einsum("ij,jk->ik", np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])).tolist())
print(np.einsum("ij->ji", np.array([[1, 2], [3, 4]])).tolist(), np.einsum("hw,d->hwd", np.ones((2, 3)), np.ones(4)).shape)
large = np.einsum("m,d->md", np.arange(4096, dtype=np.float32), 1.0 / 10000 ** np.arange(64, dtype=np.float32))
table = np.concatenate([np.sin(large), np.cos(large)], axis=1)
print(table.shape, table.dtype, table[None, 1:5, ..., 0].shape, table.T.shape, table.reshape(64, 64, -1).shape, (table + table[0]).shape, table.sum(axis=0).shape)
