console.error("build.js: cannot find the stylesheet 'theme.css'");
process.exit(3);
