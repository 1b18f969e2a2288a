"""The long run of lab 7 uses the lab's own cells, with the whole data set."""

from autograder import elbo


def test_it_runs_the_labs_cells_with_the_whole_data_set_up_to_the_test_elbo():
    sources = elbo.sources()
    assert sum("FULL = True" in source for source in sources) == 1
    assert not any("FULL = False" in source for source in sources)
    assert sum("lab.kept(" in source for source in sources) == 1
    assert any("elbo, error = estimate_elbo(" in source for source in sources)
