import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_IT = /\.(js|css|html|svg|json|woff)$/;
const SMALLEST = 1024;

/** Put `name.br` and `name.gz` beside what was built: the API sends them as they are. */
export function compressed(): Plugin {
  let folder = "";
  return {
    name: "bihuan-compressed",
    apply: "build",
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle: async () => {
      await Promise.all(files(folder).map(compress));
    },
  };
}

function files(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return found.filter((path) => WORTH_IT.test(path) && statSync(path).isFile() && statSync(path).size >= SMALLEST);
}

async function compress(path: string): Promise<void> {
  const content = readFileSync(path);
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(content, options),
    promisify(gzip)(content, { level: 9 }),
  ]);
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, zipped);
}
