// Checks custom objects by the rules of those who define them: kinds as their own projects' types and markers give them,
// in npm packages made from these. Reads a JSON list of objects, and prints a JSON list of what is wrong with each, or null.
//
//   node crds.mjs FOLDER     FOLDER has node_modules with the packages (deploy/check.sh installs them)
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const PACKAGES = {
  "cert-manager.io/v1": "cert-manager",
  "gateway.networking.k8s.io/v1": "gateway-api",
  "monitoring.coreos.com/v1": "prometheus-operator",
};
const folder = process.argv[2];
const found = [];
for (const object of JSON.parse(readFileSync(0, "utf8"))) {
  const { apiVersion, kind } = object;
  const file = `${folder}/node_modules/@kubernetes-models/${PACKAGES[apiVersion]}/${apiVersion}/${kind}.js`;
  const { [kind]: Model } = await import(pathToFileURL(file));
  try {
    new Model(object).validate();
    found.push(null);
  } catch (error) {
    found.push(error.message);
  }
}
console.log(JSON.stringify(found));
