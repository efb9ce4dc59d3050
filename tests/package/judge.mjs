// Judges of what is handed out, from npm packages in the folder TCEXEC_NODE_MODULES.
//   judge.mjs cyclonedx FILE    exit status 0: valid by CycloneDX's own schema of 1.5, strictly; else the errors
//   judge.mjs yaml FILE         the document as JSON
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.TCEXEC_NODE_MODULES}/`);
const [judge, file] = process.argv.slice(2);
const text = readFileSync(file, "utf8");

if (judge === "yaml") {
  console.log(JSON.stringify(require("yaml").parse(text, { strict: true })));
} else if (judge === "cyclonedx") {
  const { Validation, Spec } = require("@cyclonedx/cyclonedx-library");
  const error = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);

  if (error) {
    console.log(JSON.stringify(error, null, 2));
    process.exit(1);
  }
} else {
  console.error(`unknown judge: ${judge}`);
  process.exit(2);
}
