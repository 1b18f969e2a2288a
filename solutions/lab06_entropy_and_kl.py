# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lab 6. Surprise: what a wrong belief costs
#
# The autoencoder of lab 7 is trained with a loss of two terms. One you know: the reconstruction
# error. The other is a **KL divergence**. This lab is about that second term: what it means, where
# its formula comes from, and how it is got wrong.
#
# **At the end you will be able to**
#
# - measure how surprising something is, how surprising a place is on average, and what a wrong
#   belief adds to that;
# - say why the binary cross-entropy of a perfect copy is above 0, and how low any network can get
#   on real digits;
# - derive the KL divergence between two bell curves with pencil and paper;
# - verify a formula with random draws, and say how far to trust them;
# - read `log_var` for what it is.
#
# **Time:** about 45 minutes. Nothing is trained. Have pencil and paper at hand.
#
# **It builds on:** the binary cross-entropy of lab 1, logarithms, and what a mean and a standard
# deviation are.
#
# Work with numpy here. Its numbers are right to 15 digits, and the checks ask for six.

# %%
import latentlab as lab  # before keras: it silences TensorFlow's start-up notes
import keras
import matplotlib.pyplot as plt
import numpy as np
from latentlab import check

# %% [markdown]
# ## 1. How surprising is an order?
#
# Mei has sold coffee on the **campus** for two years. Today she stands in at the **office** tower
# across the road. The menu is the same, the customers are not:

# %% tags=["nbval-ignore-output"]
orders = ["pour-over", "cappuccino", "filter", "tea"]
office = np.array([1 / 2, 1 / 4, 1 / 4, 0])
campus = np.array([1 / 8, 1 / 8, 1 / 2, 1 / 4])
blue, red, orange = "#4878a8", "#c03030", "#d08a2e"

fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(1, 1))
for name, group, shift, colour in [("office", office, -0.2, red), ("campus", campus, 0.2, blue)]:
    bars = left.bar(np.arange(4) + shift, group, width=0.38, color=colour, label=name)
    left.bar_label(bars, ["never" if value == 0 else f"1/{1 / value:.0f}" for value in group])
left.set_xticks(range(4), orders)
left.set(ylabel="share of all orders", ylim=(0, 0.62))
left.set_title("The expensive pour-over: 1 in 2 here, 1 in 8 there")
left.legend(frameon=False)

share = np.linspace(0.01, 1, 300)
right.plot(share, -np.log2(share), color="0.4", lw=2.5)
for value, name in [(1 / 8, "pour-over"), (1 / 4, "tea"), (1 / 2, "filter")]:
    right.plot(value, -np.log2(value), "o", color=blue, ms=9)
    right.annotate(f"{name}: {-np.log2(value):.0f} bits", (value, -np.log2(value)), (10, 6),
                   textcoords="offset points", fontsize=11, color=blue)
right.set(xlabel="probability that Mei gives to an order", ylabel="her surprise, in bits")
right.set_title("The rarer she thinks it is, the more it surprises her")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Mei believes that one customer in eight wants a pour-over. In the office every second one does,
# and each of them surprises her. How much? A measure of surprise should do three things:
#
# 1. what is certain does not surprise: surprise 0;
# 2. the rarer, the more surprising;
# 3. surprises of independent events **add up**.
#
# The third is what decides. Look at coin tosses. Each head is as surprising as the one before, so
# ten heads should be ten times as surprising as one. Their probabilities do not add, they multiply:

# %%
print("heads in a row   probability   1 - p      1 / p   -log2 p")
for heads in (1, 2, 3, 10):
    p_heads = 0.5**heads
    print(f"{heads:14} {p_heads:13.6f} {1 - p_heads:7.4f} {1 / p_heads:10.0f} {-np.log2(p_heads):9.0f}")

# %% [markdown]
# The function that turns products into sums is the logarithm. So the **surprise** of an outcome,
# also called its self-information, is
#
# $$s(x) = -\log p(x)$$
#
# | symbol | what it is | in the story |
# |---|---|---|
# | $x$ | an outcome: something that may happen | the next order |
# | $p(x)$ | the probability that somebody gives to it | Mei: 1/8 for a pour-over |
# | $-\log p(x)$ | how much it surprises this somebody when it happens | Mei: $-\log_2 \frac18 = 3$ bits |
#
# The base of the logarithm is the choice of a unit. With base 2 it is the **bit**: one bit is the
# surprise of one coin toss. With base e it is the **nat**. One bit is $\log 2 = 0.693$ nats. The
# numbers of the story are whole in bits, so we tell it in bits. But your functions give nats, as
# Keras' losses do, and `log` without a base means base e from here on.
#
# What Mei thinks impossible, $p = 0$, surprises her without limit: `-np.log(0)` is `inf`, and that
# is right. Only numpy prints a warning, too. `np.errstate(divide="ignore")` in a `with` statement
# keeps it quiet.

# %% answer="surprise"
def surprise(p):
    """Return the surprise -log p of each probability, in nats: an array of the shape of p.

    p: an array of probabilities, from 0 to 1. For p = 0 the surprise is inf. About two lines.
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        return -np.log(p)
    ### END SOLUTION


# %% check="surprise" points=1
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.surprise(surprise, [1 / 8, 1 / 8, 1 / 2, 1 / 4])
check.surprise(surprise, [1, 0])
### BEGIN HIDDEN TESTS
check.surprise(surprise, _rng.uniform(0.01, 1, (3, 5)))
check.surprise(surprise, np.append(_rng.uniform(0.01, 1, 9), 0))
### END HIDDEN TESTS

# %% [markdown]
# To read such numbers in bits: how many bits are a given number of nats?

# %% answer="to_bits"
def to_bits(nats):
    """Return the same surprise in bits: 0.693 nats, that is log 2, are 1 bit.

    nats: a number or an array. About one line.
    """
    ### BEGIN SOLUTION
    return nats / np.log(2)
    ### END SOLUTION


# %% check="to_bits" points=1
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.to_bits(to_bits, [np.log(8), 1.0, 5.0])
### BEGIN HIDDEN TESTS
check.to_bits(to_bits, _rng.exponential(size=6))
### END HIDDEN TESTS

# %%
print("order        Mei's surprise: nats   bits")
for name, nats in zip(orders, surprise(campus), strict=True):
    print(f"{name:<12} {nats:20.3f} {to_bits(nats):6.1f}")

# %% [markdown]
# ## 2. Entropy: the mean surprise of one who knows
#
# Jonas has worked in the office tower for years. He knows exactly how often each order comes. Still
# he does not know what the *next* customer will want, so he is surprised, too:
#
# | order | how often it comes | Jonas' surprise | share × surprise |
# |---|---|---|---|
# | pour-over | 1/2 | 1 bit | 1/2 |
# | cappuccino | 1/4 | 2 bits | 1/2 |
# | filter | 1/4 | 2 bits | 1/2 |
# | tea | 0 | it never happens | 0 |
#
# On average that is 1.5 bits a customer. This mean is the **entropy** of the office:
#
# $$H(p) = \sum_i p_i \, (-\log p_i) = -\sum_i p_i \log p_i$$
#
# Here $i$ runs over the outcomes and $p_i$ is the probability of outcome $i$. It stands there
# twice: once because it says how *often* the surprise comes, once because it says how *large* it
# is. In nats the entropy of the office is $1.5 \cdot 0.693 = 1.040$.
#
# Entropy is 0 when one outcome is certain. It is largest, $\log k$, when $k$ outcomes are equally
# likely: then nobody can guess better than by chance.
#
# And the tea? It never comes, so it adds nothing to the mean. The formula agrees: as $p$ goes to 0,
# $p \log p$ goes to 0. A computer does not see it that way:

# %%
for small in (0.1, 0.001, 0.00001, 0.0):
    with np.errstate(divide="ignore", invalid="ignore"):
        print(f"p = {small:<8}  p * log(p) = {small * np.log(small):.6f}")

# %% [markdown]
# `nan` is "not a number": 0 times minus infinity. One such term spoils the whole sum. So leave the
# outcomes with $p = 0$ out. For an array, `p[p > 0]` holds only the others.

# %% answer="entropy"
def entropy(p):
    """Return the entropy of p in nats: one number.

    p: an array of shape (outcomes,) of probabilities with the sum 1. Some may be 0; they add
    nothing. About two lines.
    """
    ### BEGIN SOLUTION
    p = p[p > 0]
    return -np.sum(p * np.log(p))
    ### END SOLUTION


# %% check="entropy" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.entropy(entropy, [1 / 8, 1 / 8, 1 / 2, 1 / 4])
check.entropy(entropy, [1 / 2, 1 / 4, 1 / 4, 0])
### BEGIN HIDDEN TESTS
_p = _rng.dirichlet(np.ones(7))
check.entropy(entropy, _p)
check.entropy(entropy, np.append(_p, [0, 0]))
check.entropy(entropy, [0, 1])
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Cross-entropy: the mean surprise of one who believes something else
#
# The office is loud. Mei and Jonas make a game of it: they guess each order with yes-or-no
# questions, and begin with what they think most likely.
#
# - Jonas asks "pour-over?" and, if not, "cappuccino?". Otherwise it is a filter coffee.
# - Mei asks as she would on the campus: "filter?", then "tea?", then "pour-over?".

# %%
questions = {"Jonas": np.array([1, 2, 2, 0]), "Mei": np.array([3, 3, 1, 2])}  # until it is guessed
customers = np.random.default_rng(6).choice(4, size=100_000, p=office)
for name, needed in questions.items():
    print(f"{name:<5} asks {needed[customers].mean():.2f} questions a customer, in the office")

# %% [markdown]
# Jonas needs as many questions on average as he is surprised in bits: his questions halve what is
# left. So do Mei's, but on the campus. Here she needs one question more.
#
# The same as a picture. Each order is as wide as it is frequent and as high as it is surprising. So
# its area is what it adds to the mean.

# %% tags=["nbval-ignore-output"]
edges = np.concatenate([[0], np.cumsum(office)])[:4]
fig, ax = plt.subplots(figsize=(9, 4.4))
ax.bar(edges[:3], -np.log2(office[:3]), office[:3], align="edge", color=orange, alpha=0.75,
       ec="white", lw=2, label="Jonas, who knows the office: area 1.5 bits, the entropy")
ax.bar(edges[:3], -np.log2(campus[:3]), office[:3], align="edge", fill=False, ec=blue, lw=3,
       label="Mei, who knows the campus: area 2.5 bits, the cross-entropy")
for i, gap in enumerate(["1 bit more", "¼ bit more", "¼ bit less"]):
    ax.text(edges[i] + office[i] / 2, 0.12, orders[i], ha="center", fontsize=13)
    ax.text(edges[i] + office[i] / 2, (2, 2.5, 1.5)[i], gap, ha="center", va="center",
            fontsize=12, color=blue)
ax.set(xlabel="share of the orders in the office", ylabel="surprise in bits", ylim=(0, 4.4))
ax.set_title("Area is mean surprise: in all, Mei's is larger by 1 bit")
ax.legend(frameon=False, loc="upper right", fontsize=11)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Mei's mean surprise in the office is the **cross-entropy** of what happens and what she believes:
#
# $$H(p, q) = -\sum_i p_i \log q_i$$
#
# | symbol | what it is | in the story |
# |---|---|---|
# | $p_i$ | how often outcome $i$ happens: the truth | orders in the office |
# | $q_i$ | how often somebody believes that it happens | orders on the campus, which Mei knows |
#
# In bits: $\frac12 \cdot 3 + \frac14 \cdot 3 + \frac14 \cdot 1 = 2.5$. Note who stands where. What
# happens, $p$, is the weight. What is believed, $q$, is inside the logarithm.
#
# Zeros again, and there are two kinds:
#
# - $p_i = 0$: it never happens and adds 0, *whatever* $q_i$ is, also if $q_i = 0$;
# - $p_i > 0$ and $q_i = 0$: it does happen, and somebody thought it impossible. The surprise, and
#   with it the mean, is infinite. This is no accident to be clipped away: the right answer is `inf`.

# %% answer="cross_entropy"
def cross_entropy(p, q):
    """Return the mean surprise, in nats, of one who believes q where p is true: one number.

    p, q: arrays of shape (outcomes,) of probabilities, each with the sum 1. Outcomes with p = 0
    add nothing. The result is inf if there is one with p > 0 and q = 0. About three lines.
    """
    ### BEGIN SOLUTION
    with np.errstate(divide="ignore"):
        return -np.sum(p[p > 0] * np.log(q[p > 0]))
    ### END SOLUTION


# %% check="cross_entropy" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
_office, _campus = [1 / 2, 1 / 4, 1 / 4, 0], [1 / 8, 1 / 8, 1 / 2, 1 / 4]
check.cross_entropy(cross_entropy, [0.5, 0.3, 0.2], [0.2, 0.2, 0.6])
check.cross_entropy(cross_entropy, _office, _campus)
check.cross_entropy(cross_entropy, _campus, _office)
check.cross_entropy(cross_entropy, _office, _office)
### BEGIN HIDDEN TESTS
_p, _q = _rng.dirichlet(np.ones(6), size=2)
check.cross_entropy(cross_entropy, _p, _q)
check.cross_entropy(cross_entropy, np.append(_p, [0, 0]), np.append(_q, [0, 0]))
check.cross_entropy(cross_entropy, np.insert(_p, 2, 0.0), np.append(_q, 0.0))
### END HIDDEN TESTS

# %% [markdown]
# ## 4. KL divergence: what the wrong belief costs
#
# Of Mei's 2.5 bits, 1.5 are nobody's fault: Jonas has them too, and nobody can do better. The rest,
# 1 bit a customer, is the price of believing in the campus while standing in the office. It is the
# **Kullback-Leibler divergence**:
#
# $$\mathrm{KL}(p \,\|\, q) = H(p, q) - H(p)
# = \sum_i p_i \, (\log p_i - \log q_i) = \sum_i p_i \log \frac{p_i}{q_i}$$
#
# Left of the bars stands what is true, right of them what is believed. In the formula, $\log q_i$
# is minus Mei's surprise and $\log p_i$ minus Jonas'. So each term is by how much she is more
# surprised than he. A single term may be negative: she expects more filter coffee than he, so it
# surprises her less (look at the picture again). But the sum never is. Nobody beats the one who
# knows.
#
# Zeros are as before: outcomes with $p_i = 0$ add 0, and $p_i > 0$ with $q_i = 0$ makes it infinite.

# %% answer="kl"
def kl(p, q):
    """Return KL(p||q) in nats: one number.

    p, q: arrays of shape (outcomes,) of probabilities, each with the sum 1. Outcomes with p = 0
    add nothing. The result is inf if there is one with p > 0 and q = 0. About three lines.
    """
    ### BEGIN SOLUTION
    happens = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[happens] * np.log(p[happens] / q[happens]))
    ### END SOLUTION


# %% check="kl" points=3
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
_office, _campus = [1 / 2, 1 / 4, 1 / 4, 0], [1 / 8, 1 / 8, 1 / 2, 1 / 4]
check.kl(kl, [0.5, 0.3, 0.2], [0.2, 0.2, 0.6])
check.kl(kl, _office, _campus)
check.kl(kl, _campus, _office)
check.kl(kl, _campus, _campus)
### BEGIN HIDDEN TESTS
_p, _q = _rng.dirichlet(np.ones(6), size=2)
check.kl(kl, _p, _q)
check.kl(kl, _q, _p)
check.kl(kl, np.append(_p, [0, 0]), np.append(_q, [0, 0]))
check.kl(kl, np.insert(_p, 2, 0.0), np.append(_q, 0.0))
check.kl(kl, np.append(_p, 0), np.append(_p, 0))
### END HIDDEN TESTS

# %% [markdown]
# ### Three things to know about it
#
# Now the other way round: Jonas helps out on the campus, and somebody orders tea. And a simpler
# question to both: *is it a pour-over, yes or no?* Then $p = (\frac12, \frac12)$ in the office and
# $q = (\frac18, \frac78)$ on the campus.

# %%
yes_no_office, yes_no_campus = np.array([1 / 2, 1 / 2]), np.array([1 / 8, 7 / 8])
answers = {
    "Mei in the office": kl(office, campus),
    "Jonas in the office": kl(office, office),
    "Jonas on the campus": kl(campus, office),
    "Mei in the office, yes or no": kl(yes_no_office, yes_no_campus),
    "Jonas on the campus, yes or no": kl(yes_no_campus, yes_no_office),
}
for name, nats in answers.items():
    print(f"{name:<31} {to_bits(nats):.3f} bits too many")

# %% [markdown]
# 1. **It is never below 0, and 0 only for $p = q$.** So it can serve as a loss.
# 2. **It is not symmetric.** 0.596 bits one way, 0.456 the other. So it is called a divergence, not
#    a distance. Always ask what is true and what is believed.
# 3. **It is infinite** for one who thought impossible what does happen. Jonas has never sold tea.
#
# <details><summary>For the curious: why it is never below 0</summary>
#
# The logarithm lies below its tangent at 1: $\log u \le u - 1$, and they touch only at $u = 1$. Take
# $u = q_i / p_i$ and sum over all outcomes with $p_i > 0$:
#
# $$-\mathrm{KL}(p \,\|\, q) = \sum_i p_i \log \frac{q_i}{p_i}
# \le \sum_i p_i \left(\frac{q_i}{p_i} - 1\right) = \sum_i q_i - \sum_i p_i \le 1 - 1 = 0.$$
#
# It is equal to 0 only if $q_i = p_i$ for all $i$.
# </details>
#
# ### A slip that is copied from slide to slide
#
# You may meet the formula $\sum_i p_i \log p_i / \log q_i$. It is a misreading of the fraction bar:
# $\log \frac{p}{q}$ is the *difference* $\log p - \log q$. The quotient of two logarithms is something
# else. What does that formula give? Below, the campus stays at 1/8 pour-overs, and the other place
# runs through all shares from 0 to 1.

# %% tags=["nbval-ignore-output"]
def slip(p, q):
    """What some slides have in the place of KL(p||q). It is wrong."""
    seen = p > 0
    return np.sum(p[seen] * np.log(p[seen]) / np.log(q[seen]))


shares = np.linspace(0.005, 0.995, 199)
places = [np.array([share, 1 - share]) for share in shares]
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2))
left.plot(shares, [to_bits(kl(place, yes_no_campus)) for place in places], color=red, lw=2.5,
          label="KL(p‖q): q believed, p true")
left.plot(shares, [to_bits(kl(yes_no_campus, place)) for place in places], color=blue, lw=2.5,
          label="KL(q‖p): p believed, q true")
for value, colour, place in [(0.596, red, (-40, 14)), (0.456, blue, (6, -14))]:
    left.plot(0.5, value, "o", color=colour, ms=8)
    left.annotate(f"{value}", (0.5, value), place, textcoords="offset points", color=colour,
                  fontsize=11)
left.set_title("Both are 0 at p = q and nowhere else; but they differ")
right.plot(shares, [slip(place, yes_no_campus) for place in places], color="0.4", lw=2.5)
right.plot(1 / 8, 1, "o", color="0.2", ms=8)
right.annotate("p = q: it should be 0, and is 1", (1 / 8, 1), (50, -35), fontsize=11,
               textcoords="offset points", arrowprops={"arrowstyle": "-", "color": "0.4"})
right.set_title("The slip: not 0 at p = q, but 0 at both ends")
for ax in (left, right):
    ax.axvline(1 / 8, color="0.75", lw=1, zorder=0)
    ax.set(xlabel="p: share of pour-overs there (q is 1/8)", ylim=(-0.1, 3.2))
    ax.spines[["top", "right"]].set_visible(False)
left.set_ylabel("bits")
left.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.13, 1))
plt.show()

# %% [markdown]
# For $p = q$ each term of the slip is $p_i \cdot 1$, so it gives 1. And it is 0 at both ends; at the
# right one everybody orders a pour-over, and the two places have least in common. Whoever made it
# small would move away from $p = q$.

# %% [markdown]
# ## 5. A pixel is a distribution, too
#
# In lab 1 a pixel $\hat x$ was read as a probability: "white with probability $\hat x$". Read the
# true pixel $x$ in the same way. Then both are distributions over two outcomes, white and black, and
# the binary cross-entropy is the cross-entropy of the two:
#
# $$\mathrm{bce}(x, \hat x) = -x \log \hat x - (1 - x) \log (1 - \hat x)
# = H\big((x, 1 - x), (\hat x, 1 - \hat x)\big)$$
#
# And a cross-entropy is an entropy and a KL divergence:
#
# $$\mathrm{bce}(x, \hat x) = \underbrace{H\big((x, 1 - x)\big)}_{\text{fixed by the picture}}
# + \underbrace{\mathrm{KL}\big((x, 1 - x) \,\|\, (\hat x, 1 - \hat x)\big)}_{\text{0 for a perfect copy}}$$

# %% tags=["nbval-ignore-output"]
rebuilt = np.linspace(0.002, 0.998, 300)
grey = np.linspace(0.001, 0.999, 300)
fig, ax = plt.subplots(figsize=(9, 4.6))
for x, colour in [(0.0, "0.1"), (0.1, blue), (0.3, orange), (0.5, red)]:
    ax.plot(rebuilt, -x * np.log(rebuilt) - (1 - x) * np.log(1 - rebuilt), color=colour, lw=2.5,
            label=f"x = {x}")
    low = entropy(np.array([x, 1 - x])) + 0.0  # no minus before a zero
    ax.plot(x, low, "o", color=colour, ms=10, zorder=5, clip_on=False)
    ax.annotate(f"{low:.2f}", (x, low), (18, -14), textcoords="offset points", color=colour,
                fontsize=12, ha="center", va="center")
ax.plot(grey, -grey * np.log(grey) - (1 - grey) * np.log(1 - grey), "--", color="0.5", lw=2,
        label="entropy of a pixel")
ax.set(xlabel="rebuilt pixel x̂", ylabel="binary cross-entropy", xlim=(0, 1), ylim=(-0.15, 1.6))
ax.set_title("The error is smallest at x̂ = x, but for a grey pixel it is not 0 there")
ax.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.24, 1))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Each curve has its lowest point where the copy is perfect. Black and white pixels reach 0. A grey
# pixel does not: at $x = 0.5$ it is $\log 2 = 0.69$, however good the network is. Lab 1 said so;
# this is why.
#
# So a picture has a smallest reachable binary cross-entropy: the mean of its pixels' entropies. For
# how many nats of its loss is an autoencoder not to blame? Compute it.

# %% answer="smallest_bce"
def smallest_bce(x):
    """Return the binary cross-entropy of x with itself: one number, the mean over all pixels.

    x: an array of any shape with values from 0 to 1. Pixels that are exactly 0 or 1 add nothing,
    but they count in the mean. In nats. About three lines.
    """
    ### BEGIN SOLUTION
    greys = x[(x > 0) & (x < 1)]
    return -np.sum(greys * np.log(greys) + (1 - greys) * np.log(1 - greys)) / x.size
    ### END SOLUTION


# %% check="smallest_bce" points=2
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.smallest_bce(smallest_bce, [0.5, 0.1, 0.75, 0, 1, 0])
### BEGIN HIDDEN TESTS
check.smallest_bce(smallest_bce, np.clip(_rng.uniform(-0.5, 1.5, (3, 28, 28)), 0, 1))
### END HIDDEN TESTS

# %%
train, test = lab.load("mnist")
digits = test.images.astype(np.float64)
print(f"grey pixels: {np.mean((digits > 0) & (digits < 1)):.0%} of all, black or white: the rest")
print(f"smallest bce that any network can reach on these digits: {smallest_bce(digits):.4f}")

# %% [markdown]
# On all 60,000 training digits of MNIST it is 0.0584. Keep it in mind when you read a loss. The
# [Keras blog](https://blog.keras.io/building-autoencoders-in-keras.html) reports about 0.09 for a
# small autoencoder with a code of 32 numbers and 0.08 for a deep one. That sounds like a gain of a
# ninth. But 0.058 of both is the entropy of the pictures. What the networks can be blamed for is
# 0.03 and 0.02: the deep one has done away with a third of it. And of your 0.2 in lab 1, some 0.14
# were the price of having only two numbers.
#
# The entropy of the pictures does not depend on the weights. So training with binary cross-entropy
# *is* training with the KL divergence: the slopes are the same.
#
# You have met one more KL of two outcomes. The penalty $\mathrm{KL}(\rho \,\|\, \hat\rho_j)$ of
# lab 5 is that of "unit $j$ is awake, yes or no": wanted with probability $\rho$, found with
# $\hat\rho_j$.

# %% [markdown]
# ## 6. Bell curves
#
# The codes of an autoencoder are not a menu with four items. They are numbers, any numbers. In
# lab 7 the encoder will answer with a *bell curve* for each number of the code: "about here, give or
# take so much". And a KL divergence will keep these curves close to one fixed curve.
#
# The bell curve, the **normal** or **Gaussian** distribution $\mathcal N(\mu, \sigma^2)$, has the
# density
#
# $$p(z) = \frac{1}{\sqrt{2 \pi \sigma^2}} \, e^{-\frac{(z - \mu)^2}{2 \sigma^2}}, \qquad
# \log p(z) = -\tfrac12 \log 2\pi - \tfrac12 \log \sigma^2 - \frac{(z - \mu)^2}{2 \sigma^2}$$
#
# | symbol | what it is |
# |---|---|
# | $z$ | the number that is drawn |
# | $\mu$ | the mean: where the curve is highest |
# | $\sigma$ | the standard deviation, above 0: how wide the curve is |
# | $\sigma^2$ | the variance |
# | $\mathcal N(0, 1)$ | the standard normal distribution: mean 0, variance 1 |
#
# A KL divergence is a *mean*: the mean of $\log p - \log q$ over what happens. This carries over.
# Only, the mean is now over all numbers that $p$ may draw:
#
# $$\mathrm{KL}(p \,\|\, q) = \mathbb E_{z \sim p} \big[ \log p(z) - \log q(z) \big]$$
#
# Read $\mathbb E_{z \sim p}[\ldots]$ as "the mean of ... when $z$ is drawn from $p$" (the letter is
# for *expectation*). Let us see what it measures. Two bell curves of the same width move apart:

# %% tags=["nbval-ignore-output"]
def log_density(z, mu, log_var):
    """log p(z) for the bell curve with mean mu and variance exp(log_var)."""
    return -0.5 * (np.log(2 * np.pi) + log_var + (z - mu) ** 2 / np.exp(log_var))


z = np.linspace(-4, 8, 600)
gaps = np.linspace(0, 5, 60)
overlaps = [np.minimum(np.exp(log_density(z, 0, 0)), np.exp(log_density(z, gap, 0))).sum()
            * (z[1] - z[0]) for gap in gaps]
fig, axes = plt.subplots(1, 4, figsize=(13, 3.6), width_ratios=(1, 1, 1, 1.5))
for ax, gap in zip(axes, (1, 2, 4), strict=False):
    p_z, q_z = np.exp(log_density(z, gap, 0)), np.exp(log_density(z, 0, 0))
    ax.plot(z, q_z, color=blue, lw=2)
    ax.plot(z, p_z, color=red, lw=2)
    ax.fill_between(z, np.minimum(p_z, q_z), color="0.7", lw=0)
    ax.set_title(f"{gap} apart\noverlap {np.interp(gap, gaps, overlaps):.2f}, KL {gap**2 / 2:g}")
    ax.set(ylim=(0, 0.5), yticks=[])
    ax.spines[["top", "right", "left"]].set_visible(False)
axes[3].plot(gaps, gaps**2 / 2, color="0.2", lw=2.5)
axes[3].text(3.5, 8.3, "KL in nats", ha="right", fontsize=12, color="0.2")
axes[3].plot(gaps, overlaps, color="0.6", lw=2.5)
axes[3].text(4.95, 0.45, "overlap", ha="right", fontsize=12, color="0.45")
axes[3].set(xlabel="distance of the two means")
axes[3].set_title("The overlap comes to an end,\nKL goes on growing")
axes[3].spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# The less two curves overlap, the larger their KL divergence. But the overlap soon is nearly 0 and
# cannot tell far from farther. KL can, and its slope always says in which direction to go back. That
# makes it the better loss.
#
# ### The formula, step by step
#
# Lab 7 needs the KL divergence of $p = \mathcal N(\mu, \sigma^2)$ from $q = \mathcal N(0, 1)$. Take
# your pencil and follow. There are four steps.
#
# **Step 1: write down both logarithms.** For $p$ it stands above. For $q$, put 0 and 1 in the place
# of $\mu$ and $\sigma^2$; then $\log \sigma^2 = 0$:
#
# $$\log p(z) = -\tfrac12 \log 2\pi - \tfrac12 \log \sigma^2 - \frac{(z - \mu)^2}{2 \sigma^2},
# \qquad \log q(z) = -\tfrac12 \log 2\pi - \tfrac12 z^2$$
#
# **Step 2: subtract.** The $2\pi$ cancels:
#
# $$\log p(z) - \log q(z) = -\tfrac12 \log \sigma^2 - \frac{(z - \mu)^2}{2 \sigma^2} + \tfrac12 z^2$$
#
# **Step 3: take the mean of each term**, with $z$ drawn from $p$. The mean of a sum is the sum of
# the means, and a constant factor may be taken out.
#
# - $-\tfrac12 \log \sigma^2$ does not depend on $z$. It stays as it is.
# - $\mathbb E[(z - \mu)^2] = \sigma^2$. This is what the word variance means.
# - $\mathbb E[z^2] = \mu^2 + \sigma^2$. To see it, write $z = \mu + (z - \mu)$ and square:
#   $z^2 = \mu^2 + 2 \mu (z - \mu) + (z - \mu)^2$. The mean of $z - \mu$ is 0, so the middle term
#   drops out, and the mean of the last is $\sigma^2$.
#
# **Step 4: put them in.**
#
# $$\mathrm{KL} = -\tfrac12 \log \sigma^2 - \frac{\sigma^2}{2 \sigma^2} + \tfrac12 (\mu^2 + \sigma^2)
# = -\tfrac12 \left( 1 + \log \sigma^2 - \mu^2 - \sigma^2 \right)$$
#
# Two tests of a result cost little. For $\mu = 0$ and $\sigma = 1$ the curves are the same, and
# $-\frac12 (1 + 0 - 0 - 1) = 0$. And the slopes are
#
# $$\frac{\partial\,\mathrm{KL}}{\partial \mu} = \mu, \qquad
# \frac{\partial\,\mathrm{KL}}{\partial \log \sigma^2} = \tfrac12 (\sigma^2 - 1),$$
#
# both 0 there and nowhere else. So this is the only minimum. Training with KL alone would pull
# every curve to mean 0 and variance 1.

# %% [markdown]
# ## 7. The number that the network gives: log σ²
#
# A dense layer without activation gives any number, below 0 too. A mean may be any number. A
# standard deviation may not: it has to be above 0. So the network's number is taken for
# $\log \sigma^2$, which may be any number, and
#
# $$\sigma^2 = e^{\log \sigma^2}, \qquad \sigma = e^{\frac12 \log \sigma^2}$$
#
# are above 0, whatever the network says. It is called `log_var`, the logarithm of the variance. Two
# more things speak for it: variances from 0.0001 to 10,000 lie between -9.2 and 9.2, within easy
# reach of a layer; and the KL formula needs $\log \sigma^2$ anyway.
#
# The network does not know what its number is called. It is the code that reads it. If one line
# reads it as $\log \sigma^2$ and another as $\sigma$ or as $\log \sigma$, nothing stops with an
# error. What happens is this:

# %% tags=["nbval-ignore-output"]
given = np.linspace(-3, 2, 300)
readings = {
    "log σ²  (right)": (given, np.exp(-1.5 / 2), red, "-"),
    "log σ": (2 * given, np.exp(-1.5), blue, "--"),
    "σ": (np.log(given**2), 1.5, orange, "-."),
}
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2))
z = np.linspace(-4, 4, 300)
for name, (log_var_read, sigma_read, colour, style) in readings.items():
    curve = np.exp(log_density(z, 0, 2 * np.log(sigma_read)))
    left.plot(z, curve, style, color=colour, lw=2.5, label=f"read as {name}: σ = {sigma_read:.2f}")
    cost = (np.exp(log_var_read) - 1 - log_var_read) / 2
    right.plot(given, cost, style, color=colour, lw=2.5, label=f"read as {name}")
left.set(xlabel="z", yticks=[], ylim=(0, 2.7))
left.set_title("The network says -1.5. How wide is the curve?")
right.set(xlabel="number that the network gives (μ = 0)", ylabel="KL in nats", ylim=(0, 4))
right.set_title("Read as σ, it pulls to -1 and 1, and 0 is a wall")
for ax in (left, right):
    ax.legend(frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Left: the same number is three different curves. (A $\sigma$ of -1.5 does not even exist; squared,
# it is as good as 1.5.) Right: what the KL term makes of it. For -1.5 it is 0.36 nats if read rightly,
# 1.02 if read as $\log \sigma$, and 0.22 if read as $\sigma$. Read as $\log \sigma$, the lowest
# point is still at 0, but the valley is much narrower. And if the KL term reads $\log \sigma^2$ while
# the line that draws $z$ reads $\log \sigma$, the loss keeps other curves in order than those that
# are drawn.
#
# ### More than one dimension
#
# A code has several numbers, and each gets a curve of its own, drawn independently of the others.
# Independent surprises add up (section 1): the density of all is the product of the densities, its
# logarithm is the sum of the logarithms, and the mean of a sum is the sum of the means. So for a
# code of $d$ numbers
#
# $$\mathrm{KL} = \sum_{j=1}^{d} -\tfrac12 \left(1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2 \right)$$
#
# It is a **sum** over the $d$ dimensions, not a mean. With a mean, a code of 32 numbers would cost
# no more than a code of one. What this does to training is a matter for lab 7.
#
# Examples are another matter: each has its own code and its own KL. So $n$ examples in, $n$ numbers
# out.

# %% answer="kl_gaussian"
def kl_gaussian(mu, log_var):
    """Return KL(N(mu, sigma^2)||N(0, 1)) of each example, in nats: an array of shape (n,).

    mu: means, shape (n, d): n examples, d dimensions. log_var: log sigma^2, of the same shape. Any
    numbers. The KL divergences of the dimensions are summed. About two lines.
    """
    ### BEGIN SOLUTION
    per_dimension = (mu**2 + np.exp(log_var) - 1 - log_var) / 2
    return np.sum(per_dimension, axis=1)
    ### END SOLUTION


# %% check="kl_gaussian" points=3
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
_mu = [[1.0, -0.5], [0.3, 2.0], [-1.2, 0.7]]
_log_var = [[-1.5, 0.4], [0.8, -2.0], [1.1, -0.3]]
check.kl_gaussian(kl_gaussian, _mu, _log_var)
check.kl_gaussian(kl_gaussian, np.zeros((3, 2)), np.zeros((3, 2)))
### BEGIN HIDDEN TESTS
_d = int(_rng.integers(3, 20))
check.kl_gaussian(kl_gaussian, *_rng.normal(size=(2, 40, _d)))
check.kl_gaussian(kl_gaussian, *_rng.uniform(-6, 6, size=(2, 30, _d)))
### END HIDDEN TESTS

# %% [markdown]
# Here is a network with two such outputs, or *heads*. It is a forerunner of the encoder of lab 7.
# It is not trained, so its numbers mean nothing yet. But look at what it gives.

# %%
lab.seed(2)
image = keras.Input((784,), name="image")
hidden = keras.layers.Dense(32, "relu", name="hidden")(image)
heads = [keras.layers.Dense(2, name=name)(hidden) for name in ("mu", "log_var")]
two_heads = keras.Model(image, heads, name="two_heads")
two_heads.summary()

# %% tags=["nbval-ignore-output"]
mus, log_vars = (np.array(head, np.float64) for head in two_heads(digits.reshape(-1, 784)))
print("mu     :", mus.shape, f"from {mus.min():.2f} to {mus.max():.2f}")
print("log_var:", log_vars.shape, f"from {log_vars.min():.2f} to {log_vars.max():.2f},",
      f"{np.mean(log_vars < 0):.0%} of them below 0")
print("sigma  :", log_vars.shape, f"from {np.exp(log_vars / 2).min():.2f}",
      f"to {np.exp(log_vars / 2).max():.2f}")
print("KL     :", np.shape(kl_gaussian(mus, log_vars)), "one number for each digit")

# %% [markdown]
# ## 8. Do not believe a formula: draw
#
# A KL divergence is a mean, and a mean can be estimated by trying. Draw $z_1, \ldots, z_n$ from $p$,
# compute $\ell_i = \log p(z_i) - \log q(z_i)$ for each, and take their mean. This is called the
# **Monte Carlo** method, after the casino. It needs no derivation, so it can find a mistake in one.
# And it still works for curves that have no closed formula.
#
# How far is such an estimate off? The $\ell_i$ scatter with a standard deviation $s$. The mean of
# $n$ independent draws scatters less, by a factor $\sqrt n$. This is its **standard error**:
#
# $$\widehat{\mathrm{KL}} = \frac1n \sum_{i=1}^{n} \ell_i, \qquad
# \mathrm{se} = \frac{s}{\sqrt n}$$
#
# | symbol | what it is |
# |---|---|
# | $n$ | the number of draws |
# | $\ell_i$ | $\log p(z_i) - \log q(z_i)$, the log ratio at draw $i$ |
# | $s$ | the standard deviation of the $\ell_i$ |
# | $\mathrm{se}$ | the standard error of the estimate |
#
# If all is right, the true value lies within one standard error of the estimate in about two of
# three cases, and within two in 95 of 100. To draw $z$ from $\mathcal N(\mu, \sigma^2)$, draw
# $\varepsilon$ from $\mathcal N(0, 1)$, make it $\sigma$ times as wide and move it by $\mu$:
#
# $$z = \mu + \sigma \varepsilon$$
#
# Remember this line. It is the heart of lab 7.
#
# Write it for one dimension, with $p = \mathcal N(\mu, \sigma^2)$ and $q = \mathcal N(0, 1)$. The
# function `log_density(z, mu, log_var)` of section 6 is at your service. Draw anew in each call, and
# set no seed: the check calls your function many times and looks at how its answers scatter. (A
# right answer may fail by bad luck, but less than once in 100,000 times.)

# %% answer="kl_monte_carlo"
def kl_monte_carlo(mu, log_var, n):
    """Return an estimate of KL(N(mu, sigma^2)||N(0, 1)) and its standard error: two numbers.

    mu, log_var: two numbers, the mean and log sigma^2. n: the number of independent draws from
    N(mu, sigma^2). The estimate is the mean of log p(z) - log q(z) over the draws, in nats. About
    four lines.
    """
    ### BEGIN SOLUTION
    epsilon = np.random.default_rng().normal(size=n)
    z = mu + np.exp(log_var / 2) * epsilon
    ratios = log_density(z, mu, log_var) - log_density(z, 0, 0)
    return np.mean(ratios), np.std(ratios) / np.sqrt(n)
    ### END SOLUTION


# %% check="kl_monte_carlo" points=3
import numpy as np
from latentlab import check

_rng = np.random.default_rng()
check.kl_monte_carlo(kl_monte_carlo, 1.0, -1.5)
### BEGIN HIDDEN TESTS
for _sign in (-1, 1):
    check.kl_monte_carlo(kl_monte_carlo, _rng.uniform(0.5, 2), _sign * _rng.uniform(0.5, 1.5))
### END HIDDEN TESTS

# %% tags=["nbval-ignore-output"]
formula = float(np.asarray(kl_gaussian(np.array([[1.0]]), np.array([[-1.5]])))[0])
fig, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), width_ratios=(1.5, 1))
for n in (30, 300, 3000, 30_000):
    for shift in (0.72, 0.85, 1, 1.18, 1.39):
        estimate, error = map(float, kl_monte_carlo(1.0, -1.5, n))
        left.errorbar(n * shift, estimate, error, fmt="o", color=blue, ms=5, capsize=3)
        right.plot(n, error, "o", color=blue, ms=5)
left.axhline(formula, color=red, lw=2, zorder=0)
left.text(9e4, formula + 0.02, f"formula: {formula:.4f}", color=red, ha="right", fontsize=12)
left.set(xscale="log", xlabel="number of draws n", ylabel="estimate ± standard error",
         xlim=(15, 1e5))
left.set_title("The estimates close in on the formula")
many = np.array([20, 45_000])
right.plot(many, 0.72 / np.sqrt(many), color="0.6", zorder=0)
right.set(xscale="log", yscale="log", xlabel="number of draws n", ylabel="standard error")
right.set_title("100 times the draws, a tenth of the error")
for ax in (left, right):
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# Five estimates for each $n$, each with its error bar. About one bar in three misses the red line,
# as it should; hardly one misses it by far. If your formula lacked its ½, you would see it at once.
#
# On the right are the lengths of the same bars. The grey line falls as $1 / \sqrt n$: ten times the
# accuracy costs a hundred times the draws. With 30 draws the error bars themselves are rough.

# %% [markdown] written="derivation" points=5
# ## 9. Your turn: two bell curves
#
# **Question.** Derive, with pencil and paper, the KL divergence of $p = \mathcal N(\mu_1, \sigma_1^2)$
# from $q = \mathcal N(\mu_2, \sigma_2^2)$, where both curves may be anywhere. Go through the four
# steps of section 6 and write down each: what you do, and why you may do it. In step 3 you will need
# one mean that is new. At the end, test your formula in two ways. (For $\mu_1 = 1$, $\sigma_1 = 2$,
# $\mu_2 = 0$, $\sigma_2 = 3$ it is 0.1832 nats.) Write formulas between dollar signs, or in plain
# text, such as `E[(z - mu1)^2]`.
#
# ### BEGIN SOLUTION
# *Step 1.* The two logarithms of the densities:
#
# $$\log p(z) = -\tfrac12 \log 2\pi - \tfrac12 \log \sigma_1^2 - \frac{(z - \mu_1)^2}{2 \sigma_1^2},
# \qquad
# \log q(z) = -\tfrac12 \log 2\pi - \tfrac12 \log \sigma_2^2 - \frac{(z - \mu_2)^2}{2 \sigma_2^2}$$
#
# *Step 2.* Subtract; the $2\pi$ cancels:
#
# $$\log p(z) - \log q(z) = \tfrac12 \log \frac{\sigma_2^2}{\sigma_1^2}
# - \frac{(z - \mu_1)^2}{2 \sigma_1^2} + \frac{(z - \mu_2)^2}{2 \sigma_2^2}$$
#
# *Step 3.* Take the mean of each term with $z$ drawn from $p$. The first is a constant. For the
# second, $\mathbb E[(z - \mu_1)^2] = \sigma_1^2$, by the definition of the variance. The third is the
# new one. Write $z - \mu_2 = (z - \mu_1) + (\mu_1 - \mu_2)$ and square:
#
# $$(z - \mu_2)^2 = (z - \mu_1)^2 + 2 (z - \mu_1)(\mu_1 - \mu_2) + (\mu_1 - \mu_2)^2.$$
#
# The mean of $z - \mu_1$ is 0 and $\mu_1 - \mu_2$ is a constant, so the middle term drops out:
# $\mathbb E[(z - \mu_2)^2] = \sigma_1^2 + (\mu_1 - \mu_2)^2$.
#
# *Step 4.* Put them in; $\sigma_1^2 / (2 \sigma_1^2) = \frac12$:
#
# $$\mathrm{KL} = \tfrac12 \log \frac{\sigma_2^2}{\sigma_1^2}
# + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - \tfrac12
# = \log \frac{\sigma_2}{\sigma_1} + \frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - \tfrac12$$
#
# *Tests.* Equal curves give $0 + \frac12 - \frac12 = 0$. For $\mu_2 = 0$, $\sigma_2 = 1$ it is
# $-\frac12 \log \sigma_1^2 + \frac12 (\sigma_1^2 + \mu_1^2) - \frac12$, the formula of section 6. For
# the numbers given it is $\log 1.5 + 5 / 18 - 0.5 = 0.1832$.
#
# *Marking, one point each, 5 in all:*
#
# 1. Both logarithms of densities are right, with their own $\mu$ and $\sigma$, and subtracted in the
#    right order: $\log p - \log q$, $2\pi$ gone.
# 2. $\mathbb E[(z - \mu_1)^2] = \sigma_1^2$, with the reason: $z$ is drawn from $p$, so this is its
#    variance. No point if the mean is taken over $q$.
# 3. $\mathbb E[(z - \mu_2)^2] = \sigma_1^2 + (\mu_1 - \mu_2)^2$, with the reason why the cross term is
#    0. Also right: $\mathbb E[z^2] - 2 \mu_2 \mathbb E[z] + \mu_2^2$ with
#    $\mathbb E[z^2] = \mu_1^2 + \sigma_1^2$. No point for the bare result.
# 4. The result, in any equivalent form (any order of terms, $\log \sigma$ or $\frac12 \log \sigma^2$).
#    A slip of the pen in an earlier step that is carried through rightly does not cost this point
#    again.
# 5. Two tests, done and stated: equal curves give 0; or $\mu_2 = 0$, $\sigma_2 = 1$ gives section 6; or
#    the number 0.1832; or draws. Half a point for one.
#
# A derivation with integrals in the place of means is as good. A formula that is only looked up gets
# point 4 and, if tested, point 5.
# ### END SOLUTION

# %% [markdown]
# ## What to remember
#
# - Surprise is $-\log p$. Entropy is the mean surprise of one who knows, cross-entropy that of one
#   who believes something else, and KL is the difference: what the wrong belief costs.
# - KL is never below 0, is 0 only for $p = q$, is not symmetric, and is infinite for one who thought
#   impossible what happens. $0 \log 0$ counts as 0.
# - $\log \frac pq = \log p - \log q$. It is not $\log p / \log q$.
# - Binary cross-entropy = entropy of the picture + KL. The first part is no network's fault; for
#   MNIST it is 0.058.
# - $\mathrm{KL}(\mathcal N(\mu, \sigma^2) \,\|\, \mathcal N(0, 1))
#   = -\frac12 (1 + \log \sigma^2 - \mu^2 - \sigma^2)$: summed over the dimensions of the code, one
#   number for each example.
# - `log_var` is $\log \sigma^2$. So $\sigma^2$ is `exp(log_var)`, and $\sigma$ is `exp(log_var / 2)`.
# - $z = \mu + \sigma \varepsilon$ draws from any bell curve. An estimate without its standard error
#   says little, and the error shrinks with $\sqrt n$ only.
#
# ## To think about
#
# <details><summary>1. The cross-entropy loss of a classifier compares the label, say
# (0, 0, 1), with the predicted probabilities. What is its smallest value, and what is the KL
# divergence?</summary>
#
# The label is a distribution with one certain outcome. Its entropy is 0. So cross-entropy and KL are
# the same, $-\log q$ of the right class, and the smallest value is 0.
# </details>
#
# <details><summary>2. Mei was told that she is in one of the two places, but not in which. After how
# many orders can she be fairly sure that it is the office?</summary>
#
# Each order $x$ changes the odds by the factor $p(x) / q(x)$. The mean of the logarithm of this factor,
# if she is in the office, is just $\mathrm{KL}(p \,\|\, q)$: 1 bit, a factor of 2. So after ten orders
# the odds are some $2^{10} \approx 1000$ to 1. On the campus the first tea would settle it.
# </details>
#
# <details><summary>3. On the whole menu Mei's belief costs 1 bit, for "pour-over, yes or no" only
# 0.596 bits. Can lumping outcomes together ever make the KL divergence larger?</summary>
#
# No. Whoever sees less can tell two groups apart no better than before. Outcomes with the same ratio
# $p_i / q_i$ can be lumped together at no loss; all others lose something.
# </details>
#
# <details><summary>4. What does the KL divergence from N(0, 1) become when σ goes to 0? What does this
# say of a code that is a point, as in labs 1 to 5?</summary>
#
# $\sigma^2$ vanishes, but $-\frac12 \log \sigma^2 = -\log \sigma$ grows without limit. Each halving of
# $\sigma$ costs $\log 2$, one bit more. A code that is exactly one point would cost infinitely many
# bits: it can tell infinitely many codes apart. In lab 7 the network has to pay for its precision.
# </details>
