/** What somebody is to type to confirm: the name when a keyboard can write it, else something that stands for it. */
export const toType = (name: string, otherwise: string) => (/^[\x21-\x7e]([\x20-\x7e]{0,58}[\x21-\x7e])?$/.test(name) ? name : otherwise)
