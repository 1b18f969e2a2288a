# %% [markdown]
# # Autoencoders, hands on
#
# An autoencoder is a network whose task sounds pointless: to give back its own input. The catch is
# that the input has to pass a narrow place, often of a few numbers only. To get a picture through
# and rebuild it behind, the network has to find out what pictures of this kind have in common.
# What it finds can compress, clean, draw, sort and watch over data, and nobody had to label
# anything. In this course you build such networks yourself, in Keras, and you take each idea
# apart until it holds no secret.
#
# ## 1. Is everything in place?
#
# Click into the grey cell below and press **Shift+Enter**. After a few seconds it says what it
# found, and what to do where something is missing.

# %%
import latentlab as lab

lab.check_environment()

# %% [markdown]
# ## 2. The labs
#
# Take the labs in this order. A click on a name opens one. The exercises are homework.
#
# LABS

# %% [markdown]
# ## 3. How a lab works
#
# - **Read and run.** Run the cells from top to bottom with Shift+Enter. Some show you something,
#   some are yours to write.
# - **Write** where it says `YOUR CODE HERE`. The text above the cell and the first lines of the
#   function say what goes in, what comes out, and about how many lines it takes.
# - **Check.** Under each answer there is a cell that begins with `# Check`. Run it. A table says what
#   is right, what was found, what was expected, what to try, and how many points the check is
#   worth. Check as often as you like; nothing is counted.
# - **Training** shows a bar, the loss and the time left. To stop it, press the square in the toolbar.
#   Where a lab trains with `lab.kept`, the trained network is kept: after a restart it is there again
#   at once, unless your code, the network or the data have changed.
# - **Start afresh** whenever you are lost: *Kernel*, *Restart Kernel and Run All Cells*. A lab is
#   done when this goes through from top to bottom. The button *Validate* runs the notebook in the
#   same way, and tells which checks do not pass.
#
# Leave the cells of the checks as they are: the grader puts back its own. It also runs each check
# on pictures and numbers that you have not seen, so an answer has to be right in general. A few
# questions are answered in words; a person reads those.
#
# ## 4. Handing in
#
# Save the notebook (Ctrl+S). What you hand in is this one file, under its own name, such as
# `lab01_mnist_autoencoder.ipynb`. Most courses have a page on which you upload it; where all work
# on one shared server, it is the menu *Nbgrader*, *Assignment List*. Your notebook is run again from
# top to bottom by the grader, in a fresh kernel, without a network. What it printed on your machine
# plays no part.
#
# ## 5. When something is in the way
#
# | What you see | What it is | What to do |
# |---|---|---|
# | `NameError: name 'encoder' is not defined` | a cell further up was not run since the last restart | run the cells from the top |
# | `NotImplementedError: not answered yet` | an answer is still missing | write it, run its cell, go on |
# | a check says that something `is None` | the answer above it is missing or has stopped with an error | the same |
# | a star `[*]` that stays | the cell still runs, or waits for one that runs | wait, or press the square |
# | "Kernel restarting" of itself | most often the memory is used up | close other notebooks (*Running* at the left), restart |
# | `DataError` | pictures are missing or could not be downloaded | do what its sentence says |
