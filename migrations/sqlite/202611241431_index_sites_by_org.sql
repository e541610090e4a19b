CREATE INDEX sites_org ON sites (org, id);
