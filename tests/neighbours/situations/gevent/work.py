"""A caller, and ways to run it beside the test, for the projects that `gevent_.py` runs."""

import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import gevent

CLIENT = boto3.client("ssm", "us-east-1", aws_access_key_id="AKIDTEST", aws_secret_access_key="secret")


def start(number):
    gevent.sleep(0)
    return CLIENT.start_automation_execution(DocumentName=f"Doc-{number}")["AutomationExecutionId"]


def in_threads(function, values):
    done = []
    threads = [threading.Thread(target=lambda value=value: done.append(function(value))) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def in_executor(function, values):
    with ThreadPoolExecutor(2) as executor:
        return list(executor.map(function, values))


def spawned(function, values):
    return [job.get() for job in [gevent.spawn(function, value) for value in values]]
