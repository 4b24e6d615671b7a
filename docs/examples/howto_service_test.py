import httpx
import pytest
import pytest_asyncio

from howto_service import app, lifespan


@pytest_asyncio.fixture
async def web():
    transport = httpx.ASGITransport(app)
    client = httpx.AsyncClient(transport=transport, base_url="http://test")
    async with lifespan(app), client:
        yield client


@pytest.mark.asyncio
@pytest.mark.ssm_automation(skip_sleep=True)
async def test_the_service_waits_for_the_end(ssm_automation, web):
    ssm_automation.script(["Pending", "InProgress", "Failed"])

    response = await web.post("/restarts/i-0123456789abcdef0")

    assert response.json() == {"status": "Failed"}
    assert ssm_automation.slept == 60
