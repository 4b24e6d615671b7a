#!/usr/bin/env bash
# Restarts an instance with a runbook, and waits until the runbook has ended.
# Usage: start_runbook.sh INSTANCE_ID [TOKEN]
set -euo pipefail

instance=$1
# A second run with the same token does not restart the instance again.
token=${2:-$(cat /proc/sys/kernel/random/uuid)}

execution=$(aws ssm start-automation-execution \
  --document-name AWS-RestartEC2Instance \
  --parameters "InstanceId=$instance" \
  --client-token "$token" \
  --query AutomationExecutionId --output text)
echo "Started $execution"

while true; do
  status=$(aws ssm get-automation-execution --automation-execution-id "$execution" \
    --query AutomationExecution.AutomationExecutionStatus --output text)
  case $status in
    Pending | InProgress | Waiting | Cancelling) sleep "${POLL_SECONDS:-10}" ;;
    Success) echo "Restarted $instance" && exit 0 ;;
    *) echo "$status" >&2 && exit 1 ;;
  esac
done
