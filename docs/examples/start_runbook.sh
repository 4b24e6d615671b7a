#!/usr/bin/env bash
# Restarts an instance by a runbook, and waits until it has been restarted.
# Usage: start_runbook.sh INSTANCE_ID [TOKEN]
set -euo pipefail

instance=$1
# Whoever runs the script again with the same token doesn't restart the instance again.
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
