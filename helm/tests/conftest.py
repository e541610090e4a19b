import pytest

import chart


@pytest.fixture(params=chart.VALUES)
def values(request):
    """Each file of ci/."""
    return request.param


@pytest.fixture(params=chart.HELMS)
def version(request):
    """Each Helm."""
    return request.param
