import asyncio
import contextlib

from aiobotocore.session import get_session
from fastapi import FastAPI


@contextlib.asynccontextmanager
async def lifespan(app):
    async with get_session().create_client("ssm") as app.state.ssm:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/restarts/{instance_id}")
async def restart(instance_id: str):
    ssm = app.state.ssm
    response = await ssm.start_automation_execution(
        DocumentName="AWS-RestartEC2Instance", Parameters={"InstanceId": [instance_id]}
    )
    execution_id = response["AutomationExecutionId"]
    while True:
        response = await ssm.get_automation_execution(
            AutomationExecutionId=execution_id
        )
        status = response["AutomationExecution"]["AutomationExecutionStatus"]
        if status not in {"Pending", "InProgress"}:
            return {"status": status}
        await asyncio.sleep(30)
