import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = new URL("../../servers/interlock_servers/_web/", import.meta.url).pathname;
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

for (const name of readdirSync(root, { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  const path = join(root, name);
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, options));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
