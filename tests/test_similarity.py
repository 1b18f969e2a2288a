"""Similar submissions: a copy is found however it is dressed up; the same task is no copy."""

import random

from autograder.similarity import Pair, groups_of, similar_pairs

STUB = '''def f(x, y):
    """Return something."""
    raise NotImplementedError
'''
ORIGINAL = '''def f(x, y):
    """Return something."""
    total = 0
    for row in range(len(x)):
        for column in range(len(x[row])):
            difference = x[row][column] - y[row][column]
            if difference > 0.5 * column:
                total += difference ** 2
            else:
                total -= abs(difference) / (row + 1)
    scaled = total / max(1, len(x) * len(y))
    return scaled if scaled < 100 else 100 + scaled % 7
'''
DRESSED_UP = """def f(a, b):
    # my own work
    s = 0
    for i in range(len(a)):

        for k in range(len(a[i])):
            d = a[i][k] - b[i][k]   # gap
            if d > 0.5 * k:
                s += d ** 2
            else:
                s -= abs(d) / (i + 1)
    out = s / max(1, len(a) * len(b))
    return out if out < 100 else 100 + out % 7
"""
OTHER = """def f(x, y):
    import numpy as np
    gaps = np.asarray(x) - np.asarray(y)
    columns = np.arange(gaps.shape[1])
    above = gaps > columns / 2
    rows = 1 + np.arange(gaps.shape[0])[:, None]
    parts = np.where(above, gaps ** 2, -np.abs(gaps) / rows)
    value = parts.sum() / max(1, len(x) * len(y))
    return np.where(value < 100, value, 100 + value % 7)
"""


def test_a_copy_with_other_names_layout_and_comments_is_found():
    (pair,) = similar_pairs({"ada": [ORIGINAL], "bob": [DRESSED_UP], "cy": [OTHER]}, [STUB])
    assert (pair.first, pair.second) == ("ada", "bob")
    assert pair.share > 0.9


def test_lines_of_jupyter_names_of_imports_and_texts_do_not_count():
    ours = "import numpy as np\n%matplotlib inline\n" + ORIGINAL.replace("abs(", "np.abs(")
    theirs = "import numpy as zz\n" + DRESSED_UP.replace("abs(", "zz.abs(")
    ours, theirs = (
        text + f"print(f'{word} {{x[0]:.3f}} {{x[1]}}')\n"
        for text, word in ((ours, "error"), (theirs, "the gap is"))
    )
    (pair,) = similar_pairs({"ada": [ours], "bob": [theirs]}, [STUB])
    assert pair.share > 0.7


def test_the_places_that_are_alike_are_given():
    mixed = OTHER + DRESSED_UP
    pairs = similar_pairs({"ada": [ORIGINAL], "bob": [mixed]}, [STUB])
    copied = len(OTHER.splitlines())
    assert pairs
    # Its loops; neither the blank line nor the comment.
    assert {line - copied for _, line in pairs[0].second_lines} >= {3, 5, 6, 7, 8, 10, 11}
    assert not {line - copied for _, line in pairs[0].second_lines} & {1, 4}


def test_a_part_that_was_copied_is_found():
    half = "\n".join(DRESSED_UP.splitlines()[:9]) + "\n    return s\n"
    assert similar_pairs({"ada": [ORIGINAL], "bob": [half]}, [STUB])


def test_what_the_release_has_says_nothing():
    assert similar_pairs({"ada": [ORIGINAL], "bob": [ORIGINAL]}, [ORIGINAL]) == []


def test_what_many_write_says_nothing():
    rng = random.Random(0)
    own = [f"\nown_{n} = [{', '.join(str(rng.random()) for _ in range(60))}]\n" for n in range(20)]
    answers = {f"s{n:02}": [ORIGINAL + extra] for n, extra in enumerate(own)}
    assert similar_pairs(answers, [STUB]) == []
    answers["copy"] = [ORIGINAL + own[3].replace("own_3", "mine")]
    (pair,) = similar_pairs(answers, [STUB])
    assert {pair.first, pair.second} == {"s03", "copy"}


def test_unsolved_short_and_broken_answers_are_no_copies():
    broken = ORIGINAL.replace("return scaled if", "return scaled iff (")
    for cells in ([STUB], ["x = 1"], [""], [broken], ["(" * 5000]):
        assert similar_pairs({"ada": cells, "bob": cells}, [STUB]) == []


def test_attributes_and_numbers_count():
    """`np.mean` and `np.sum` are no names of one's own, and a 5 is not a 7."""
    changed = OTHER.replace("sum", "prod").replace("arange", "ones").replace("where", "select")
    changed = changed.replace("/ 2", "/ 3").replace("100", "50").replace("abs", "sign")
    assert similar_pairs({"ada": [OTHER], "bob": [changed]}, [STUB]) == []


def pair(first, second, share=1.0):
    return Pair(first, second, share, frozenset(), frozenset())


def test_pairs_with_a_student_in_common_are_one_group():
    pairs = [pair("a", "b"), pair("x", "y", 0.9), pair("c", "d", 0.8), pair("b", "c", 0.6)]
    first, second = groups_of(pairs)
    assert first.students == ("a", "b", "c", "d")
    assert [(p.first, p.second) for p in first.pairs] == [("a", "b"), ("c", "d"), ("b", "c")]
    assert (second.students, second.pairs) == (("x", "y"), (pairs[1],))


def test_copies_of_one_answer_are_one_group_of_all_their_pairs():
    (group,) = groups_of(similar_pairs({name: [ORIGINAL] for name in "abcdef"}, [STUB]))
    assert group.students == tuple("abcdef")
    assert len(group.pairs) == 15
