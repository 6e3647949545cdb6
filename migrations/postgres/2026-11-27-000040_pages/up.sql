-- What people cite is the page of a contribution; of most the page is the address, which has an index of its own.
CREATE INDEX contributions_page ON contributions (url) WHERE url <> uri;
