// Makes the calls that it is given as JSON, `[[operation, members], ...]`, by the JavaScript SDK, one after the other,
// and prints what became of each. "$1" as AutomationExecutionId is the id that the first call gave.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , directory, calls, settings] = process.argv;
const sdk = createRequire(pathToFileURL(`${directory}/`))("@aws-sdk/client-ssm");
const client = new sdk.SSMClient(JSON.parse(settings ?? "{}"));
const results = [];

for (const [operation, members] of JSON.parse(calls)) {
  try {
    if (operation === "pages") {
      const pages = [];
      for await (const page of sdk.paginateDescribeAutomationExecutions({ client, pageSize: members.MaxResults }, {})) {
        pages.push(page.AutomationExecutionMetadataList.map((each) => each.DocumentName));
      }
      results.push({ pages });
      continue;
    }
    if (members.AutomationExecutionId === "$1") {
      members.AutomationExecutionId = results[0].AutomationExecutionId;
    }
    const { $metadata, ...answer } = await client.send(new sdk[`${operation}Command`](members));
    results.push({ ...answer, attempts: $metadata.attempts, status: $metadata.httpStatusCode });
  } catch (error) {
    results.push({
      error: error.name,
      typed: typeof sdk[error.name] === "function" && error instanceof sdk[error.name],
      service: error instanceof sdk.SSMServiceException,
      message: error.message || error.Message,
      attempts: error.$metadata?.attempts,
    });
  }
}
process.stdout.write(JSON.stringify(results));
