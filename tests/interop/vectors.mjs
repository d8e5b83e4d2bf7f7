// Writes every C2SP age test vector to a file of its own: node vectors.mjs FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import * as vectors from "cctv-age";

for (const [name, content] of Object.entries(vectors)) writeFileSync(join(process.argv[2], name), content);
