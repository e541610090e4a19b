/** What stands between commas, semicolons or blanks. */
export const words = (text: string) => text.split(/[,;\s]+/).filter(Boolean)

/** What stands between commas or semicolons; blanks may be within. */
export const entries = (text: string) => text.split(/[,;]/).map((entry) => entry.trim()).filter(Boolean)
