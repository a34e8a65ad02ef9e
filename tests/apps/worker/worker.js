let jobs = 0;

const timer = setInterval(() => {
  jobs += 1;
  console.log(`job ${jobs} done`);
}, 1000);

console.log("worker started");

process.on("SIGTERM", () => {
  console.log("SIGTERM: stopping");
  clearInterval(timer);
});
