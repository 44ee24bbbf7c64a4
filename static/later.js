// What takes longer than the page comes after it.
import { arrive } from "./live.js";

for (const element of document.querySelectorAll("[data-fragment]")) arrive(element);
