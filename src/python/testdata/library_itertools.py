from itertools import (accumulate, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse, groupby, islice,
                       pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest)
import operator
from operator import attrgetter, itemgetter, methodcaller

print(list(islice(count(5, 2), 3)), list(islice(cycle("ab"), 5)), list(repeat(1, 3)), list(islice(range(10), 2, 8, 3)), list(islice([1, 2, 3], 1, None)))
print(list(accumulate([1, 2, 3, 4])), list(accumulate([1, 2, 3], operator.mul)), list(accumulate([1, 2], initial=10)), list(accumulate([])))
print(list(chain([1], (2, 3), "ab")), list(chain.from_iterable([[1, 2], [3]])), list(compress("abcd", [1, 0, 1, 0])))
print(list(dropwhile(lambda x: x < 3, [1, 3, 2])), list(takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(filterfalse(lambda x: x % 2, range(5))))
print([(k, list(g)) for k, g in groupby("aabbbc")], [(k, len(list(g))) for k, g in groupby([1, 3, 2, 4, 5], key=lambda x: x % 2)])
print([k for k, g in groupby("aab")], list(pairwise([1, 2, 3])), list(pairwise([1])))
print(list(product("ab", [1, 2])), list(product([0, 1], repeat=2)), list(product()), list(product([], [1])))
print(list(permutations([1, 2, 3], 2)), list(permutations("abc"))[:4], list(combinations([1, 2, 3], 2)), list(combinations_with_replacement("ab", 2)))
print(list(starmap(pow, [(2, 3), (3, 2)])), list(zip_longest([1, 2], "a", fillvalue="-")))
a, b = tee(iter([1, 2, 3]))
print(next(a), list(b), list(a))
it = iter(range(10))
print(list(islice(it, 3)), next(it), sum(islice(it, 2)))
try:
    islice([1], -1)
except ValueError as e:
    print(e)
print(itemgetter(1)([3, 4]), itemgetter("a", "b")({"a": 1, "b": 2}), attrgetter("real")(3), methodcaller("upper")("x"), methodcaller("replace", "a", "b")("aa"))
print(operator.add(1, 2), operator.getitem([5, 6], 1), operator.contains([1], 1), operator.neg(3), operator.eq(1, 1.0), operator.truediv(1, 2), operator.not_(0))
print(sorted([("b", 1), ("a", 2)], key=itemgetter(0)), max([(1, 5), (2, 3)], key=itemgetter(1)))
